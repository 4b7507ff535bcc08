// SPDX-License-Identifier: Apache-2.0

package import Sandbox

/// The first message of a decoder, which it sends when it has entered its sandbox.
package struct ReadyMessage: Sendable, Equatable {
    /// The length of the body in bytes.
    package static var bodyBytes: Int { 1 + SandboxReport.byteCount }

    /// The parts of the sandbox that are missing.
    package var report: SandboxReport

    package init(report: SandboxReport) { self.report = report }

    package init(body: [UInt8]) throws(MessageError) {
        var reader = try MessageReader(body, kind: .ready)
        guard let report = SandboxReport(bytes: Array(try reader.take(SandboxReport.byteCount))) else {
            throw MessageError("a report of the sandbox that is none")
        }
        self.report = report
        try reader.finish()
    }

    package var message: [UInt8] {
        var writer = MessageWriter(.ready)
        writer.append(report.bytes)
        return writer.message()
    }
}
