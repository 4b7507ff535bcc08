// SPDX-License-Identifier: Apache-2.0

package import Support

/// The one outcome table: every kind of failure, what is done about it and why.
package struct Policy: Sendable, Equatable {
    private var overrides: [WorkerError.Kind: Disposition]

    /// - Parameter overrides: By kind and disposition as they are spelled in the table. Others are ignored here
    ///   and reported by `problems(of:)`.
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

    /// A row of the table as people read it.
    package struct Row: Sendable, Equatable {
        package var kind: String
        package var disposition: String
        package var isOverridden: Bool
        /// When the message comes again.
        package var delay: String
        /// When it is stored with its reason.
        package var quarantine: String
        package var reason: String
    }

    /// One row a kind, in the order of the cases. `hasQuarantine` says whether there is a place for reasons.
    package func table(_ options: WorkerOptions, hasQuarantine: Bool) -> [Row] {
        WorkerError.Kind.allCases.map { kind in
            let (delay, quarantine) = Self.consequences(of: self[kind], options, hasQuarantine)
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
        let atLast =
            !hasQuarantine
            ? "no, left to redrive" : options.maxReceives == 0 ? "no" : "receive \(options.maxReceives)"
        return switch disposition {
        case .ignore: ("-", "no")
        case .retry: (backoff, atLast)
        case .quarantine where hasQuarantine: ("-", "at once")
        case .quarantine: (backoff, "no, left to redrive")
        case .openBreaker: ("held until it works", "no")
        }
    }

    package static func problems(
        of overrides: [String: String]
    ) -> [OptionProblem] {
        overrides.sorted { $0.key < $1.key }.compactMap { key, value in
            guard WorkerError.Kind(rawValue: key) != nil else {
                let kinds = WorkerError.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                return OptionProblem(key, expected: "one of \(kinds)", got: key)
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
            (.quarantine, "the message is no notification that we know; never deleted unread")
        case .notFound: (.ignore, "the object was deleted after its event")
        case .accessDenied:
            (
                .retry,
                "the source may not be read; also S3's answer for a missing object without s3:ListBucket"
            )
        case .sourceBucketMissing: (.retry, "the source bucket is gone, or the name is wrong")
        case .superseded: (.retry, "source or outputs kept changing while we worked")
        case .archived: (.quarantine, "the object must be restored first; its restore event brings it again")
        case .tooLarge: (.quarantine, "more bytes or pixels than the limits allow")
        case .unsupported: (.quarantine, "not a picture of a supported format")
        case .corrupt: (.quarantine, "damaged or truncated")
        case .hostile: (.quarantine, "built to cost more work than any picture needs")
        case .tooSlow: (.retry, "did not finish within its time")
        case .outputDenied: (.openBreaker, "the output bucket, or the quarantine, may not be written")
        case .outputBucketMissing: (.openBreaker, "the output or quarantine bucket does not exist")
        case .throttled: (.openBreaker, "S3 asks to slow down")
        case .timedOut: (.openBreaker, "S3 did not answer in time")
        case .unavailable: (.openBreaker, "S3 or the network is down")
        case .credentials: (.openBreaker, "no valid credentials, or the clock is wrong")
        case .encryption: (.openBreaker, "the encryption key cannot be used")
        case .queueMissing: (.openBreaker, "the quarantine queue does not exist")
        case .other: (.retry, "anything else")
        }
    }
}
