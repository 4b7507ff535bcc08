// SPDX-License-Identifier: Apache-2.0

internal import Decoding
package import Pixelation
package import Sandbox

/// The first message of a decoder, which it sends when it has entered its sandbox.
package struct ReadyMessage: Sendable, Equatable {
    /// The length of the body in bytes.
    package static var bodyBytes: Int { 2 + SandboxReport.byteCount }

    /// The parts of the sandbox that are missing.
    package var report: SandboxReport

    /// The formats that the decoder cannot decode, because their libraries are not installed.
    package var unreadable: [SourceFormat]

    package init(report: SandboxReport, unreadable: [SourceFormat] = []) {
        self.report = report
        self.unreadable = unreadable
    }

    package init(body: [UInt8]) throws(MessageError) {
        var reader = try MessageReader(body, kind: .ready)
        guard let report = SandboxReport(bytes: Array(try reader.take(SandboxReport.byteCount))) else {
            throw MessageError("a report of the sandbox that is none")
        }
        self.report = report
        // A bit for each format, in their order.
        let flags = try reader.integer(UInt8.self)
        let formats = OptionalLibraries.formats
        guard flags >> UInt8(formats.count) == 0 else { throw MessageError("flags of \(flags)") }
        unreadable = formats.indices.filter { flags >> UInt8($0) & 1 == 1 }.map { formats[$0] }
        try reader.finish()
    }

    package var message: [UInt8] {
        var writer = MessageWriter(.ready)
        writer.append(report.bytes)
        let formats = OptionalLibraries.formats
        writer.append(
            formats.indices.reduce(UInt8(0)) { $0 | (unreadable.contains(formats[$1]) ? 1 << UInt8($1) : 0) })
        return writer.message()
    }
}
