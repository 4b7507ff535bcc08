// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The parts of the sandbox that a process has, and the reasons for which it lacks the others.
package struct SandboxReport: Equatable, Sendable, CustomStringConvertible {
    /// The parts that are missing, each with its error number of errno(3), which is not 0.
    package private(set) var errors: [SandboxPart: Int32] = [:]

    /// Creates the report of a complete sandbox.
    package init() {}

    /// Decodes the bytes that another process has sent. Returns nil unless there is one for each part.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        for (part, byte) in zip(SandboxPart.allCases, bytes) { record(part, Int32(byte)) }
    }

    /// The length of ``bytes``.
    package static var byteCount: Int { SandboxPart.allCases.count }

    /// The report as one byte for each part, in the order of `SandboxPart.allCases`: 0, or the error number. (The
    /// numbers of Linux are at most 133.)
    package var bytes: [UInt8] {
        SandboxPart.allCases.map { UInt8(clamping: errors[$0] ?? 0) }
    }

    /// The parts that are missing, in the order of `SandboxPart.allCases`.
    package var missing: [SandboxPart] { SandboxPart.allCases.filter { errors[$0] != nil } }

    /// True when no required part is missing.
    package var isIsolated: Bool { !missing.contains { $0.isRequired } }

    /// The missing parts with their errors, such as `landlock (Function not implemented)`; empty when none is missing.
    package var description: String {
        missing.map { "\($0.rawValue) (\(String(cString: strerror(errors[$0] ?? 0))))" }
            .joined(separator: ", ")
    }

    /// Notes the error number of a part. The first number other than 0 stays.
    mutating func record(_ part: SandboxPart, _ error: Int32) {
        if error != 0, errors[part] == nil { errors[part] = error }
    }
}
