// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The value by which the kernel chooses a process when memory runs out (proc(5), `oom_score_adj`).
package enum OutOfMemoryScore {
    /// The difference between the values of a decoder and of its parent. The kernel prefers a decoder unless the parent
    /// uses half of the memory more. A larger value would prefer decoders to a process that has caused the lack.
    package static let difference = 500
    /// The maximum value.
    package static let maximum = 1000

    private static let path = "/proc/self/oom_score_adj"

    /// Raises the value of the calling process by `difference`, which needs no privilege. No descriptor remains. A
    /// failure has no effect, because the value is only a preference.
    static func raise() {
        let file = open(path, O_RDWR | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = read(file, &bytes, bytes.count)
        let digits = bytes.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }
        guard let value = Int(String(decoding: digits, as: UTF8.self)) else { return }
        let text = Array("\(min(value + difference, maximum))".utf8)
        _ = pwrite(file, text, text.count, 0)
    }
}
