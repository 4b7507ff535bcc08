// SPDX-License-Identifier: Apache-2.0

import AWS
import Pixelation
import Settings
import Support
import Worker

/// The checks of the way of an event from a source bucket to the queue.
struct SourceChecks {
    let session: AWSSession
    let settings: Configuration
    let commands: AWSCommandLine
    /// The names of the source buckets.
    let buckets: [String]
    /// The attributes of the queue.
    let queue: QueueAttributes

    func findings() async -> [CheckFinding] {
        guard !buckets.isEmpty else {
            return [
                .unknown(
                    .source, "the settings name no source bucket",
                    because: "the notification of the source bucket must lead to the queue",
                    remedy:
                        "Run the check with --source s3://BUCKET, or list the source buckets in filter.buckets."
                )
            ]
        }
        guard let arn = queue.arn else {
            return [
                .unknown(
                    .notification, "the server of the queue tells no ARN of it",
                    because: "the notification of the source bucket must lead to the queue",
                    remedy: "Upload a picture, and look for its outputs.")
            ]
        }
        var ways: [Way] = []
        for bucket in buckets { ways.append(await way(from: bucket, to: arn)) }
        // One policy with a statement for each sender that needs one: the commands would undo each other otherwise.
        let added = ways.compactMap(\.sender).filter {
            [.notAllowed, .unknown("")].contains(effect(on: $0, arn))
        }
        let mended = added.reduce(queue.policy) { QueuePolicy.adding($1, to: arn, in: $0) }
        return ways.flatMap { way in
            [way.sender.map { policy($0, arn, mended: mended ?? "") }].compactMap(\.self) + way.findings
        }
    }

    /// The way of the events of one bucket: the service that sends them to the queue, and the findings.
    private struct Way {
        var sender: QueuePolicy.Sender?
        var findings: [CheckFinding]
    }

    private func way(from bucket: String, to arn: String) async -> Way {
        let client = session.s3(outputBucket: settings.worker.output.bucket)
        let notification: BucketNotification
        do { notification = try await client.notification(of: bucket) } catch
            where error.kind == .noSuchBucket
        {
            let missing = CheckFinding.failure(
                .sourceMissing, error.description, because: "no object can be uploaded to the bucket",
                remedy: "Correct the name in filter.buckets or --source, or create the bucket.",
                exit: .unavailable)
            return Way(findings: [missing])
        } catch {
            let unknown = CheckFinding.unknown(
                .notification, error.description,
                because: "without a notification to \(arn), no message arrives",
                remedy:
                    "Allow s3:GetBucketNotification (deploy/iam-policy-check.json), or ask an administrator of "
                    + "s3://\(bucket) for the answer of:",
                commands: [commands.s3("get-bucket-notification-configuration", bucket)])
            return Way(sender: .s3(bucket, account(bucket, arn), arn), findings: [unknown])
        }
        let plan = NotificationPlan(notification, to: arn, filter: settings.worker.filter)
        return Way(
            sender: sender(bucket, arn, notification, isDirect: !plan.destinations.isEmpty),
            findings: notificationFindings(bucket, arn, notification, plan)
                + [loop(bucket, plan)].compactMap(\.self))
    }

    // MARK: The policy of the queue

    /// Returns the service that sends the events of a bucket to the queue.
    private func sender(
        _ bucket: String, _ arn: String, _ notification: BucketNotification, isDirect: Bool
    ) -> QueuePolicy.Sender {
        let account = account(bucket, arn)
        if !isDirect, notification.sendsToEventBridge { return .eventBridge(account, arn) }
        if !isDirect, let topic = notification.destinations.first(where: { $0.kind == .topic }) {
            return QueuePolicy.Sender(service: "sns.amazonaws.com", arn: topic.arn, account: account)
        }
        return .s3(bucket, account, arn)
    }

    /// Returns the account that owns a bucket: the one in the settings, or that of the queue.
    private func account(_ bucket: String, _ arn: String) -> String {
        let options = settings.aws.buckets[bucket] ?? settings.aws.source
        return options.expectedOwner ?? QueuePolicy.Sender.field(4, of: arn)
    }

    /// Returns the effect of the queue's policy; `.unknown` when another server than AWS has none.
    private func effect(on sender: QueuePolicy.Sender, _ arn: String) -> QueuePolicy.Effect {
        guard let policy = queue.policy.flatMap({ QueuePolicy($0) }) else {
            return isAmazon ? .notAllowed : .unknown("")
        }
        return policy.effect(on: sender, to: arn)
    }

    private func policy(_ sender: QueuePolicy.Sender, _ arn: String, mended: String) -> CheckFinding {
        let fix = commands.sqs("set-queue-attributes", settings.queue.url, attributes: ["Policy": mended])
        let look = commands.sqs("get-queue-attributes", settings.queue.url) + " --attribute-names Policy"
        let reason = "\(sender.service) cannot send the events to the queue"
        switch effect(on: sender, arn) {
        case .allowed: return .ok(.queuePolicy, "the queue's policy lets \(sender.arn) send messages")
        case .notAllowed:
            return .failure(
                .queuePolicyClosed, "no statement of the queue's policy lets \(sender.arn) send messages",
                because: reason, remedy: "Add a statement to the policy of the queue.", commands: [fix])
        case .denied(let statement):
            return .failure(
                .queuePolicyClosed,
                "the statement \(statement) of the queue's policy denies messages from \(sender.arn)",
                because: reason, remedy: "Remove the statement, or exclude the sender from it.",
                commands: [look])
        case .unknown(""):
            return .unknown(
                .queuePolicy, "the queue has no policy", because: "on AWS, " + reason,
                remedy: "Upload a picture, and look for its outputs; where queues have policies, add one:",
                commands: [fix])
        case .unknown(let key):
            return .unknown(
                .queuePolicy,
                "the queue's policy has the condition \(key), which is not known to be fulfilled",
                because: "the condition decides whether \(sender.arn) can send messages",
                remedy: "Upload a picture, and look for its outputs; the policy is shown by:",
                commands: [look])
        }
    }

    private var isAmazon: Bool { (try? session.sqs(queueURL: settings.queue.url).isAmazon) ?? true }

    // MARK: The notification

    private func notificationFindings(
        _ bucket: String, _ arn: String, _ notification: BucketNotification, _ plan: NotificationPlan
    ) -> [CheckFinding] {
        let topics = notification.destinations.filter { $0.kind == .topic }
        if plan.destinations.isEmpty, notification.sendsToEventBridge || !topics.isEmpty {
            return [indirect(bucket, arn, notification, topics)]
        }
        let problems = plan.problems
        guard !problems.isEmpty else {
            return [.ok(.notification, "s3://\(bucket) announces the objects \(plan.announced) to the queue")]
        }
        let fix = plan.mended.map {
            [
                commands.s3(
                    "put-bucket-notification-configuration", bucket, ["--notification-configuration", $0])
            ]
        }
        return problems.map { finding($0, bucket, fix ?? []) }
    }

    private func finding(_ problem: NotificationPlan.Problem, _ bucket: String, _ fix: [String])
        -> CheckFinding
    {
        switch problem {
        case .missing:
            return .failure(
                .notificationMissing, "s3://\(bucket) sends no event of a new object to the queue",
                because: "no message arrives when a picture is uploaded",
                remedy: "Add the queue to the notification configuration of the bucket.", commands: fix)
        case .events(let calls):
            return .warning(
                .notificationEventsMissing,
                "s3://\(bucket) does not announce objects that are created by \(calls.joined(separator: ", "))",
                because:
                    "the AWS CLI and SDKs choose the call by the size of the file, so that some pictures have no "
                    + "outputs", remedy: "Let the bucket send s3:ObjectCreated:*.", commands: fix)
        case .contradiction(let keys, let all):
            let text =
                "s3://\(bucket) announces \(keys), and filter.include and filter.exclude select none of them"
            let remedy = "Change the filter of the notification or that of the settings."
            return all
                ? .failure(
                    .filterContradiction, text, because: "every message is deleted without an output",
                    remedy: remedy, commands: fix)
                : .warning(
                    .filterContradiction, text, because: "the messages cost money and make no output",
                    remedy: remedy, commands: fix)
        case .gap(let pattern):
            return .warning(
                .filterGap,
                "s3://\(bucket) announces no object that the pattern \(pattern) of filter.include selects",
                because: "these pictures have no outputs",
                remedy: "Extend the filter of the notification, or remove the pattern.", commands: fix)
        }
    }

    /// Returns the finding for events that reach the queue by another service, if they do.
    private func indirect(
        _ bucket: String, _ arn: String, _ notification: BucketNotification,
        _ topics: [BucketNotification.Destination]
    ) -> CheckFinding {
        let ways = (notification.sendsToEventBridge ? ["EventBridge"] : []) + topics.map(\.arn)
        let lookups =
            (notification.sendsToEventBridge ? [commands.rules(to: arn)] : [])
            + topics.map { commands.subscriptions(of: $0.arn) }
        return .unknown(
            .notification, "s3://\(bucket) sends its events to \(ways.joined(separator: " and "))",
            because: "a rule or a subscription must forward them to \(arn)",
            remedy: "Ask an administrator of the account for the answer of:", commands: lookups)
    }

    /// Checks whether the outputs are announced like sources.
    private func loop(_ bucket: String, _ plan: NotificationPlan) -> CheckFinding? {
        let output = settings.worker.output
        guard output.bucket == bucket,
            plan.announces(Glob("\(output.prefix(forSourcesIn: bucket))*\(output.namePrefix)*x*-*"))
        else { return nil }
        let name = String("\(bucket)".prefix(53)) + "-pixelated"
        let place =
            commands.region == "us-east-1"
            ? [] : ["--create-bucket-configuration", "LocationConstraint=\(commands.region)"]
        return .warning(
            .outputLoop, "the outputs are stored in the source bucket s3://\(bucket), which announces them",
            because:
                "each picture causes \(settings.pixelation.sizes.count) further messages, which the service "
                + "receives and skips",
            remedy: "Store the outputs in another bucket, to which the service may write; or restrict the "
                + "notification to a prefix that the outputs do not have.",
            commands: [commands.s3("create-bucket", name, place)], settings: ["output.bucket": name])
    }
}

extension QueuePolicy.Sender {
    /// Returns the sender of the events of a bucket.
    static func s3(_ bucket: String, _ account: String, _ queueARN: String) -> Self {
        Self(
            service: "s3.amazonaws.com", arn: "arn:\(field(1, of: queueARN)):s3:::\(bucket)", account: account
        )
    }

    /// Returns the sender of the events that a rule of EventBridge forwards.
    static func eventBridge(_ account: String, _ queueARN: String) -> Self {
        let (partition, region) = (field(1, of: queueARN), field(3, of: queueARN))
        return Self(
            service: "events.amazonaws.com", arn: "arn:\(partition):events:\(region):\(account):rule/*",
            account: account)
    }

    /// Returns a part of an ARN, counted from 0; empty when there is none.
    static func field(_ index: Int, of arn: String) -> String {
        let fields = arn.split(separator: ":", omittingEmptySubsequences: false)
        return index < fields.count ? String(fields[index]) : ""
    }
}
