// SPDX-License-Identifier: Apache-2.0

import Worker

/// The way in which the calls for one object fail while the store works for all others.
enum BrokenObject: CaseIterable, Sendable {
    /// The KMS key of the source is disabled.
    case keyDisabled
    /// Each download of the source is answered with SlowDown, after the attempts of the client.
    case slowDown
    /// Each download of the source hangs until the third attempt of the client reaches its time limit.
    case hangingDownload
    /// The connection is reset by each download of the source.
    case reset
    /// The responses to the downloads of the source are not those of S3.
    case malformed
    /// The first output of the source cannot be inspected.
    case inspection
    /// The uploads of the outputs of the source are refused.
    case outputDenied
    /// The KMS key of the outputs refuses the uploads of the source.
    case outputKeyDisabled
    /// The uploads of the outputs of the source are answered with SlowDown.
    case outputSlowDown
    /// The uploads of the outputs of the source hang.
    case hangingUpload
    /// The upload of one of the five outputs of the source is answered with SlowDown.
    case oneOutput

    /// The faults before the first upload.
    static let reading: [BrokenObject] = [
        .keyDisabled, .slowDown, .hangingDownload, .reset, .malformed, .inspection,
    ]

    /// Returns the faults of the calls for the source with the key `key`.
    func faults(of key: String) -> [FakeCloud.ScriptedFault] {
        func read(_ error: WorkerError.Kind, _ delay: Double = 0) -> [FakeCloud.ScriptedFault] {
            [fault("GetObject s3://in/\(key)", error, delay)]
        }
        func write(_ error: WorkerError.Kind, _ delay: Double = 0) -> [FakeCloud.ScriptedFault] {
            FakeCloud.sizes.map { fault("PutObject s3://out/pixelated-\($0)x\($0)-\(key)", error, delay) }
        }
        return switch self {
        case .keyDisabled: read(.sourceEncryption)
        case .slowDown: read(.throttled, 2)
        case .hangingDownload: read(.timedOut, 45)
        case .reset: read(.unavailable)
        case .malformed: read(.malformedResponse, 0.2)
        case .inspection: [fault("HeadObject s3://out/pixelated-8x8-\(key)", .unavailable, 0)]
        case .outputDenied: write(.outputDenied)
        case .outputKeyDisabled: write(.encryption)
        case .outputSlowDown: write(.throttled, 2)
        case .hangingUpload: write(.timedOut, 45)
        case .oneOutput: [fault("PutObject s3://out/pixelated-32x32-\(key)", .throttled, 2)]
        }
    }

    private func fault(
        _ call: String, _ error: WorkerError.Kind, _ delay: Double
    ) -> FakeCloud.ScriptedFault {
        FakeCloud.ScriptedFault(call: call, error: error, delay: .seconds(delay))
    }
}
