// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The status of processes as the kernel shows it.
package enum ProcessStatus {
    /// Returns the fields of /proc/PID/status (proc(5)) by their names.
    package static func fields(of pid: Int32) throws -> [String: String] {
        let text = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        return Dictionary(
            text.split(separator: "\n").compactMap { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                return parts.count == 2
                    ? (String(parts[0]), parts[1].trimmingCharacters(in: .whitespaces)) : nil
            }, uniquingKeysWith: { first, _ in first })
    }
}
