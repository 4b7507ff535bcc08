// SPDX-License-Identifier: Apache-2.0

internal import AWS

/// The state of one output in the bucket, as determined by a HEAD request. The article `LifeOfAMessage` explains which
/// states make a download or a put unnecessary (section Freshness).
enum ExistingOutput: Sendable, Equatable {
    /// The state is unknown because S3 denied access: the worker lacks the permission `s3:GetObject`, or
    /// `s3:ListBucket` for an absent output. The upload then has no condition.
    case unknown
    /// The output does not exist, or was not inspected because the first output does not exist.
    case absent
    case present(ObjectHead)

    /// The stamp of the output; nil when there is no output or when it has no stamp.
    var stamp: OutputStamp? {
        if case .present(let head) = self { OutputStamp(head.metadata) } else { nil }
    }

    /// The condition of a put that fails when the output is no longer in this state.
    var condition: PutCondition {
        switch self {
        case .unknown: .none
        case .absent: .absent
        case .present(let head): .unchanged(eTag: head.unquotedETag)
        }
    }
}
