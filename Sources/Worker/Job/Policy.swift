// SPDX-License-Identifier: Apache-2.0

package import Support

/// The policy: a table with the disposition of every kind of error and the reason for it. The command `pixelated
/// policy` prints the table.
package struct Policy: Sendable, Equatable {
    private var overrides: [WorkerError.Kind: Disposition]

    /// Makes a policy from the table of defaults and the configured changes.
    ///
    /// - Parameter overrides: The dispositions that replace those of the table: names of dispositions by names of
    ///   kinds. Invalid entries are ignored here, and are reported by `problems(of:)`.
    package init(overrides: [String: String] = [:]) {
        self.overrides = [:]
        for (kind, disposition) in overrides {
            guard let kind = WorkerError.Kind(rawValue: kind) else { continue }
            self.overrides[kind] = Disposition(rawValue: disposition)
        }
    }

    package subscript(kind: WorkerError.Kind) -> Disposition {
        overrides[kind] ?? Self.standard(kind).disposition
    }

    /// A row of the printed table.
    package struct Row: Sendable, Equatable {
        package var kind: String
        package var disposition: String
        package var isOverridden: Bool
        /// The delay after which the message becomes visible again, as text. There is no delay for a message that is
        /// held.
        package var delay: String
        /// The receive count at which the record is stored in the quarantine, as text. With `open-breaker`, only the
        /// record of a message that the breaker isolates is stored.
        package var quarantine: String
        package var reason: String
    }

    /// Returns one row for each kind of error, in the order of `WorkerError.Kind`.
    ///
    /// - Parameter hasQuarantine: True when a quarantine is configured.
    package func table(_ options: WorkerOptions, hasQuarantine: Bool) -> [Row] {
        WorkerError.Kind.allCases.map { kind in
            var (delay, quarantine) = Self.consequences(of: self[kind], options, hasQuarantine)
            if kind == .noResult {
                // The message of a process that is killed becomes visible again by itself.
                delay = "-"
                let isStored = hasQuarantine && self[kind] == .quarantine
                // Nothing is suspect at its first receive.
                let last = options.maxReceives == 1 ? "receive 2" : Self.lastReceive(options)
                quarantine = isStored ? last : "no, redrive policy"
            }
            return Row(
                kind: kind.rawValue, disposition: self[kind].rawValue,
                isOverridden: self[kind] != Self.standard(kind).disposition, delay: delay,
                quarantine: quarantine, reason: Self.standard(kind).reason)
        }
    }

    private static func consequences(
        of disposition: Disposition, _ options: WorkerOptions, _ hasQuarantine: Bool
    ) -> (delay: String, quarantine: String) {
        let backoff = "\(options.retrySeconds) s, doubled to \(options.maxRetrySeconds) s"
        let atLast = hasQuarantine ? lastReceive(options) : "no, redrive policy"
        return switch disposition {
        case .ignore: ("-", "no")
        case .retry: (backoff, atLast)
        case .quarantine where hasQuarantine: ("-", "at once")
        case .quarantine: (backoff, "no, redrive policy")
        case .openBreaker:
            (
                "held, or \(CircuitBreakerState.releaseDelay.components.seconds) s if released",
                hasQuarantine && options.maxReceives > 0 ? "\(atLast) if isolated" : atLast
            )
        }
    }

    private static func lastReceive(_ options: WorkerOptions) -> String {
        options.maxReceives == 0 ? "no" : "receive \(options.maxReceives)"
    }

    package static func problems(
        of overrides: [String: String]
    ) -> [OptionProblem] {
        overrides.sorted { $0.key < $1.key }.compactMap { key, value in
            guard WorkerError.Kind(rawValue: key) != nil else {
                let kinds = WorkerError.Kind.allCases.map(\.rawValue)
                let nearest = kinds.map { (kind: $0, distance: $0.editDistance(to: key)) }
                    .min { $0.distance < $1.distance }
                    .flatMap { $0.distance <= max(2, key.utf8.count / 3) ? $0.kind : nil }
                let hint = nearest.map { "; did you mean \($0)?" } ?? ""
                return OptionProblem(
                    key, expected: "one of \(kinds.joined(separator: ", "))\(hint)", got: key)
            }
            guard Disposition(rawValue: value) == nil else { return nil }
            return OptionProblem(
                key, expected: "one of \(Disposition.allCases.map(\.rawValue).joined(separator: ", "))",
                got: value)
        }
    }

    private static func standard(_ kind: WorkerError.Kind) -> (disposition: Disposition, reason: String) {
        switch kind {
        case .notUnderstood:
            (.quarantine, "the message is not an S3 notification")
        case .notFound: (.ignore, "the source was deleted after its event")
        case .accessDenied:
            (
                .retry,
                "the source may not be read; S3 also answers so for a missing object without s3:ListBucket"
            )
        case .sourceBucketMissing: (.retry, "the source bucket does not exist, or its name is wrong")
        case .bucketNotAllowed: (.quarantine, "filter.buckets does not contain the bucket of the source")
        case .superseded: (.retry, "the source or its outputs changed during every round")
        case .archived: (.quarantine, "the source must be restored first; the restore sends another event")
        case .tooLarge: (.quarantine, "the source has more bytes or pixels than the limits allow")
        case .unsupported: (.quarantine, "the source is not a picture of a supported format")
        case .corrupt: (.quarantine, "the source is damaged or truncated")
        case .hostile: (.quarantine, "the source would cost more work than any regular picture")
        case .tooSlow: (.retry, "the pixelation exceeded its time limit")
        case .decoderCrashed: (.quarantine, "the decoder of the source crashed twice")
        case .decoderOutOfMemory: (.quarantine, "the decoder of the source ran out of memory twice")
        case .decoderGarbage: (.quarantine, "the decoder of the source gave no valid answer twice")
        case .decoderUnavailable: (.openBreaker, "no process for decoding can be started on this machine")
        case .outputDenied: (.openBreaker, "an output or a quarantine record may not be written")
        case .outputBucketMissing:
            (.openBreaker, "the bucket of the outputs or of the quarantine does not exist")
        case .outputCollision:
            (.quarantine, "the outputs of another source bucket have the same names")
        case .throttled: (.openBreaker, "AWS limits the rate of requests")
        case .timedOut: (.openBreaker, "AWS did not answer in time")
        case .unavailable: (.openBreaker, "AWS or the network failed")
        case .malformedResponse:
            (.openBreaker, "a response is not that of the service, or does not fit the object")
        case .conditionsUnsupported:
            (.openBreaker, "the store refuses conditional uploads; see output.conditionalWrites")
        case .credentials: (.openBreaker, "the credentials are missing or invalid, or the clock is wrong")
        case .sourceEncryption: (.retry, "the KMS key of the source cannot be used")
        case .encryption: (.openBreaker, "the KMS key of the outputs or of the quarantine cannot be used")
        case .queueMissing: (.openBreaker, "the dead-letter queue does not exist")
        case .noResult:
            (
                .quarantine,
                "no receive has ended with a result, as if the process was killed; stored before the last attempt"
            )
        case .other: (.retry, "any other error")
        }
    }
}
