// SPDX-License-Identifier: Apache-2.0

/// The notification configuration of a bucket (`GetBucketNotificationConfiguration`): the destinations of its events.
package struct BucketNotification: Sendable, Equatable {
    /// A destination of events, with the events and keys that it receives.
    package struct Destination: Sendable, Equatable {
        /// The kind of a destination.
        package enum Kind: String, Sendable, CaseIterable {
            case queue = "Queue"
            case topic = "Topic"
            case function = "CloudFunction"
        }

        package var kind: Kind
        /// The id of the configuration; nil when the response has none.
        package var id: String?
        /// The ARN of the queue, topic or function.
        package var arn: String
        /// The types of events, such as `s3:ObjectCreated:*`.
        package var events: [String]
        /// The prefix of the keys; empty for all keys.
        package var prefix: String
        /// The suffix of the keys; empty for all keys.
        package var suffix: String

        package init(
            _ kind: Kind, _ arn: String, id: String? = nil, events: [String], prefix: String = "",
            suffix: String = ""
        ) {
            self.kind = kind
            self.id = id
            self.arn = arn
            self.events = events
            self.prefix = prefix
            self.suffix = suffix
        }
    }

    package var destinations: [Destination]
    /// True when the bucket sends its events to EventBridge.
    package var sendsToEventBridge: Bool

    package init(destinations: [Destination] = [], sendsToEventBridge: Bool = false) {
        self.destinations = destinations
        self.sendsToEventBridge = sendsToEventBridge
    }

    /// Reads the element `NotificationConfiguration`.
    init(_ root: XMLElement) {
        destinations = root.children.compactMap { element in
            // The names `QueueConfiguration`, `TopicConfiguration` and `CloudFunctionConfiguration`.
            guard
                let kind = Destination.Kind.allCases.first(where: {
                    element.name == "\($0.rawValue)Configuration"
                }), let arn = element[kind.rawValue]?.text
            else { return nil }
            let rules = element["Filter"]?["S3Key"]?.children.filter { $0.name == "FilterRule" } ?? []
            func value(_ name: String) -> String {
                rules.first { $0["Name"]?.text.lowercased() == name }?["Value"]?.text ?? ""
            }
            return Destination(
                kind, arn, id: element["Id"]?.text,
                events: element.children.filter { $0.name == "Event" }.map(\.text),
                prefix: value("prefix"), suffix: value("suffix"))
        }
        sendsToEventBridge = root["EventBridgeConfiguration"] != nil
    }
}

extension S3Client {
    /// Reads the notification configuration of a bucket. The call needs the permission `s3:GetBucketNotification`.
    ///
    /// - Throws: `AWSError`.
    package func notification(of bucket: String) async throws(AWSError) -> BucketNotification {
        BucketNotification(
            try await document(
                "GetBucketNotificationConfiguration", of: bucket, "notification",
                root: "NotificationConfiguration"))
    }
}
