// SPDX-License-Identifier: Apache-2.0

/// The messages whose sources may not be read, since the last download. They tell a refusal of single objects from a
/// refusal of all: a role, a bucket policy or a key that was changed, or a bucket that was removed.
struct RefusedSources: Sendable {
    /// The number of messages without a download in between from which the set-up is at fault and not the objects.
    static let minimum = 3

    /// The ids of the first `minimum` messages.
    private var messages: Set<String> = []

    /// Records that the source of a message may not be read.
    ///
    /// - Returns: True when the set-up is at fault.
    mutating func insert(_ messageID: String) -> Bool {
        if messages.count < Self.minimum { messages.insert(messageID) }
        return messages.count >= Self.minimum
    }

    /// Records a download, after which refusals are those of single objects again.
    mutating func removeAll() { messages.removeAll() }
}

extension WorkerError.Kind {
    /// True when a source may not be read because of a permission, a name or a key.
    var isRefusal: Bool {
        switch self {
        case .accessDenied, .sourceBucketMissing, .sourceEncryption: true
        default: false
        }
    }
}
