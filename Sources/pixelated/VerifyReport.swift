// SPDX-License-Identifier: Apache-2.0

import Daemon
import Pixelation
import Support
import Verification

/// The report of `pixelated verify` on standard output, as text or as JSON.
struct VerifyReport: Sendable {
    let isJSON: Bool
    private var verified = 0
    private var others = 0
    /// The class of the first error that is no finding.
    private var failure: ExitReason?

    init(isJSON: Bool) { self.isJSON = isJSON }

    /// The reason of the exit status; nil when all files are verified.
    var reason: ExitReason? { failure ?? (others > 0 ? .failure : nil) }

    private struct Line: Encodable {
        struct Finding: Encodable {
            var kind: String
            var offset: Int
            var bytes: Int?
            var detail: String
            var reveals: String
        }

        var file: String
        var format: String?
        var verified: Bool
        var blocks: Int
        var frames: Int
        var cells: Int
        var bits: Int?
        var profileBytes: Int
        var findings: [Finding]
    }

    /// Prints the result of the examination of a file.
    ///
    /// - Throws: `StandardStreams.Failure`.
    mutating func add(_ examination: Examination, of file: String) throws {
        if examination.isVerified { verified += 1 } else { others += 1 }
        if isJSON {
            try StandardStreams.printJSON(
                Line(
                    file: file, format: examination.format?.settingName, verified: examination.isVerified,
                    blocks: examination.size, frames: examination.frames, cells: examination.cells,
                    bits: examination.bitsPerCell.map { _ in examination.bits },
                    profileBytes: examination.profileBytes,
                    findings: examination.findings.map {
                        Line.Finding(
                            kind: $0.kind.rawValue, offset: $0.offset, bytes: $0.count, detail: $0.detail,
                            reveals: $0.kind.reveals)
                    }))
            return
        }
        for finding in examination.findings {
            let count = finding.count.map { " (\(StatusText.grouped($0)) bytes)" } ?? ""
            try StandardStreams.printLine(
                "\(file): \(finding.kind.rawValue) at byte \(StatusText.grouped(finding.offset))\(count): "
                    + "\(finding.detail); it can reveal \(finding.kind.reveals)")
        }
        let number = examination.findings.count
        try StandardStreams.printLine(
            examination.isVerified
                ? "\(file): verified: \(Self.contents(of: examination))"
                : "\(file): NOT verified: \(number) finding\(number == 1 ? "" : "s")")
    }

    /// Counts a file that could not be examined, and prints the reason to standard error.
    mutating func addFailure(_ text: String, _ reason: ExitReason) {
        printError(text)
        others += 1
        failure = failure ?? reason
    }

    /// Prints the totals of several files as text.
    ///
    /// - Throws: `StandardStreams.Failure`.
    func finish() throws {
        guard !isJSON, verified + others > 1 else { return }
        try StandardStreams.printLine("\(verified + others) files: \(verified) verified, \(others) not")
    }

    /// Returns how much of the picture a file has.
    private static func contents(of examination: Examination) -> String {
        let size = examination.size
        let frames = examination.frames > 1 ? "\(StatusText.grouped(examination.frames)) frames of " : ""
        let profile =
            examination.profileBytes == 0
            ? "" : ", and a colour profile of \(StatusText.grouped(examination.profileBytes)) bytes"
        return "\(frames)\(size) x \(size) blocks: \(StatusText.grouped(examination.cells)) cells, "
            + "\(StatusText.grouped(examination.bits)) bits\(profile)"
    }
}
