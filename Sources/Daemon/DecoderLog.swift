// SPDX-License-Identifier: Apache-2.0

import DecoderProcesses
import Logging
import Pixelation
import Sandbox
import Support

/// The log of the events of decoders.
struct DecoderLog: Sendable {
    private let logger: Logger
    /// The missing parts of the sandbox that the log has told.
    private let told = Locked("")

    init(_ logger: Logger) { self.logger = logger }

    /// Warns of pictures that are decoded in the process with the credentials.
    func isolationIsOff() {
        log(
            .warning, .isolationOff,
            "pixelation.isolation is off: pictures are decoded in the process that has the credentials")
    }

    func record(_ event: DecoderEvent) {
        switch event {
        case .ready(let pid, let report, let time):
            log(
                .debug, .decoderReady, "decoder \(pid) is ready after \(time.inMilliseconds) ms",
                ["decoder_pid": .stringConvertible(pid)])
            let missing = report.description
            let isNew = told.withLock { told in
                defer { told = missing }
                return told != missing
            }
            if isNew, !missing.isEmpty {
                log(
                    .warning, .sandboxIncomplete,
                    "the kernel refuses parts of the sandbox of decoders: \(missing)",
                    ["missing": "\(report.missing.map(\.rawValue).joined(separator: ","))"])
            }
        case .startFailed(let reason):
            log(.error, .decoderStartFailed, "no decoder can be started: \(reason)")
        case .died(let pid, let error):
            log(
                .warning, .decoderDied, "decoder \(pid) is replaced: \(error.detail)",
                ["decoder_pid": .stringConvertible(pid), "error_code": "\(error.kind.rawValue)"])
        case .endedIdle(let pid, let reason):
            log(
                .warning, .decoderDied, "idle decoder \(pid) is replaced, because it \(reason)",
                ["decoder_pid": .stringConvertible(pid)])
        case .retired(let pid):
            log(.debug, .decoderRetired, "decoder \(pid) is ended", ["decoder_pid": .stringConvertible(pid)])
        }
    }

    private func log(
        _ level: Logger.Level, _ event: DaemonEvent, _ text: String, _ fields: Logger.Metadata = [:]
    ) {
        logger.log(
            level: level, "\(text.withoutControlCharacters)",
            metadata: fields.merging(["event": "\(event.rawValue)"]) { $1 })
    }
}
