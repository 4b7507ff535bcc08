// SPDX-License-Identifier: Apache-2.0

package import AWS
import Settings
import Support
package import Worker

/// The notification configuration of a source bucket, compared with the queue and the filter of the settings.
package struct NotificationPlan {
    /// A contradiction between the configuration of the bucket and the settings.
    package enum Problem: Hashable {
        /// No event of a new object is sent to the queue.
        case missing
        /// Objects that are created by these calls are not announced.
        case events([String])
        /// The settings exclude each object that is announced; `all` when this is so for each destination.
        case contradiction(keys: String, all: Bool)
        /// No object whose key matches this pattern of `filter.include` is announced.
        case gap(String)
    }

    private let notification: BucketNotification
    private let queueARN: String
    private let filter: ObjectFilter

    /// The calls that create objects, as in the names of events (S3 User Guide, "Supported event types").
    private static let calls = ["Put", "Post", "Copy", "CompleteMultipartUpload"]
    private static let created = "s3:ObjectCreated:"

    package init(_ notification: BucketNotification, to queueARN: String, filter: ObjectFilter) {
        self.notification = notification
        self.queueARN = queueARN
        self.filter = filter
    }

    /// The destinations that are the queue and get events of new objects.
    package var destinations: [BucketNotification.Destination] {
        notification.destinations.filter { isQueue($0) && $0.events.contains(where: Self.isCreation) }
    }

    /// The problems, in the order of their weight.
    package var problems: [Problem] {
        let destinations = destinations
        guard !destinations.isEmpty else { return [.missing] }
        let missing = Self.calls.filter { call in
            !destinations.contains { $0.events.contains { Glob($0).matches(Self.created + call) } }
        }
        let ignored = destinations.filter { isIgnored(Self.keys($0)) }
        let gaps = filter.include.filter { pattern in
            !destinations.contains { Self.keys($0).overlaps(Glob(pattern)) }
        }
        return (missing.isEmpty ? [] : [.events(missing)])
            + ignored.map {
                .contradiction(keys: Self.text($0), all: ignored.count == destinations.count)
            } + (ignored.count == destinations.count ? [] : gaps.map { .gap($0) })
    }

    /// Returns the configuration without the problems, as the JSON of `aws s3api
    /// put-bucket-notification-configuration`; nil when the settings exclude each key.
    package var mended: String? {
        var mended = notification
        mended.destinations.removeAll(where: isQueue)
        let queues = notification.destinations.filter(isQueue)
        let hasWrongKeys = problems.contains {
            switch $0 {
            case .contradiction, .gap: true
            case .missing, .events: false
            }
        }
        if queues.isEmpty || hasWrongKeys {
            let all = BucketNotification.Destination(
                .queue, queueARN, id: queues.first?.id, events: Self.allEvents(queues.flatMap(\.events)),
                prefix: commonPrefix)
            guard !isIgnored(Self.keys(all)) else { return nil }
            mended.destinations.append(all)
        } else {
            mended.destinations += queues.map { queue in
                var queue = queue
                queue.events = Self.allEvents(queue.events)
                return queue
            }
        }
        return Self.json(mended)
    }

    /// Returns true when an object can be announced whose key matches `keys`.
    func announces(_ keys: Glob) -> Bool { destinations.contains { Self.keys($0).overlaps(keys) } }

    /// The keys that are announced, as patterns.
    var announced: String { destinations.map(Self.text).joined(separator: ", ") }

    private func isQueue(_ destination: BucketNotification.Destination) -> Bool {
        destination.kind == .queue && destination.arn == queueARN
    }

    private static func isCreation(_ event: String) -> Bool {
        calls.contains { Glob(event).matches(created + $0) }
    }

    /// Returns `events` with all calls that create objects in one name.
    private static func allEvents(_ events: [String]) -> [String] {
        [created + "*"] + events.filter { !$0.hasPrefix(created) && $0 != "s3:*" }
    }

    private static func keys(_ destination: BucketNotification.Destination) -> Glob {
        Glob(prefix: destination.prefix, suffix: destination.suffix)
    }

    private static func text(_ destination: BucketNotification.Destination) -> String {
        "\(destination.prefix)*\(destination.suffix)"
    }

    /// Returns true when the filter of the settings excludes each of the keys.
    private func isIgnored(_ keys: Glob) -> Bool {
        filter.exclude.contains { Glob($0).covers(keys) }
            || !filter.include.isEmpty && !filter.include.contains { Glob($0).overlaps(keys) }
    }

    /// The longest prefix of all keys that `filter.include` selects.
    private var commonPrefix: String {
        guard var common = filter.include.first.map({ Glob($0).literalPrefix }) else { return "" }
        for pattern in filter.include.dropFirst() {
            common = String(zip(common, Glob(pattern).literalPrefix).prefix { $0 == $1 }.map(\.0))
        }
        return common
    }

    private static func json(_ notification: BucketNotification) -> String {
        let lists: [(BucketNotification.Destination.Kind, list: String, arn: String)] = [
            (.queue, "QueueConfigurations", "QueueArn"), (.topic, "TopicConfigurations", "TopicArn"),
            (.function, "LambdaFunctionConfigurations", "LambdaFunctionArn"),
        ]
        var members = lists.compactMap { kind, list, arn -> JSONValue.Member? in
            let found = notification.destinations.filter { $0.kind == kind }
            return found.isEmpty ? nil : .init(list, .array(found.map { json($0, arn) }))
        }
        if notification.sendsToEventBridge { members.append(.init("EventBridgeConfiguration", .object([]))) }
        return JSONValue.object(members).compact
    }

    private static func json(_ destination: BucketNotification.Destination, _ arn: String) -> JSONValue {
        var members: [JSONValue.Member] = []
        if let id = destination.id { members.append(.init("Id", .string(id))) }
        members += [
            .init(arn, .string(destination.arn)),
            .init("Events", .array(destination.events.map { .string($0) })),
        ]
        let rules = [("prefix", destination.prefix), ("suffix", destination.suffix)].filter { !$1.isEmpty }
            .map { JSONValue.object([.init("Name", .string($0)), .init("Value", .string($1))]) }
        if !rules.isEmpty {
            members.append(
                .init("Filter", .object([.init("Key", .object([.init("FilterRules", .array(rules))]))])))
        }
        return .object(members)
    }
}
