// SPDX-License-Identifier: Apache-2.0

/// The redrive policy of a queue, `{"deadLetterTargetArn":"...","maxReceiveCount":"5"}`.
package struct RedrivePolicy: Sendable, Equatable, Decodable {
    /// The ARN of the dead-letter queue; nil when the policy has none.
    package var deadLetterTargetARN: String?
    /// The maximum receive count of a message, after which it is moved to the dead-letter queue. The number can be a
    /// JSON string; nil when the policy has none.
    package var maxReceiveCount: Int?

    private enum CodingKeys: CodingKey {
        case deadLetterTargetArn, maxReceiveCount
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        deadLetterTargetARN = try? values.decode(String.self, forKey: .deadLetterTargetArn)
        maxReceiveCount =
            (try? values.decode(Int.self, forKey: .maxReceiveCount))
            ?? (try? values.decode(String.self, forKey: .maxReceiveCount)).flatMap(Int.init)
    }
}
