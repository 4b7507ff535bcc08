// SPDX-License-Identifier: Apache-2.0

internal import AWS

/// The state of one output as a HEAD request showed it.
enum ExistingOutput: Sendable, Equatable {
    /// The output was not inspected, or the worker has no permission to read it.
    case unknown
    case absent
    case present(ObjectHead)

    /// The stamp of the output; nil when there is no output or when it has no stamp.
    var stamp: OutputStamp? {
        if case .present(let head) = self { OutputStamp(head.metadata) } else { nil }
    }

    /// The condition of a put that replaces exactly the state that was inspected.
    var condition: PutCondition {
        switch self {
        case .unknown: .none
        case .absent: .absent
        case .present(let head): .unchanged(eTag: head.unquotedETag)
        }
    }
}
