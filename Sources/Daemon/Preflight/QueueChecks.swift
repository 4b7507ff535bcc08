// SPDX-License-Identifier: Apache-2.0

import AWS
import Settings
import Worker

/// The checks of the source queue and of the dead-letter queue.
struct QueueChecks {
    let session: AWSSession
    let settings: Configuration
    let commands: AWSCommandLine

    /// The longest retention period of a queue in seconds, 14 days (SQS Developer Guide, "Quotas").
    private static let longestRetention = 1_209_600

    /// Runs the checks.
    ///
    /// - Returns: The findings, and the attributes of the source queue; nil attributes when it is not accessible.
    func findings() async -> (findings: [CheckFinding], attributes: QueueAttributes?) {
        let url = settings.queue.url
        let attributes: QueueAttributes
        do { attributes = try await session.sqs(queueURL: url).attributes() } catch {
            return (
                [
                    .failure(
                        .queueInaccessible, error.description, because: "no message can be received",
                        remedy: error.accessRemedy("queue.url"),
                        exit: ExitReason(error.kind))
                ] + (await deadLetters(nil)), nil
            )
        }
        var found: [CheckFinding] = [.ok(.queue, "\(url) \(Self.summary(attributes))")]
        found += [visibility(attributes), heartbeat(), encryption(attributes)].compactMap(\.self)
        return (found + (await deadLetters(attributes)), attributes)
    }

    private static func summary(_ attributes: QueueAttributes) -> String {
        var parts: [String] = []
        if let waiting = attributes.approximateMessages { parts.append("\(waiting) visible") }
        if let inFlight = attributes.approximateInFlight { parts.append("\(inFlight) in flight") }
        if let count = attributes.redrive?.maxReceiveCount { parts.append("maxReceiveCount \(count)") }
        return parts.isEmpty ? "accessible" : "accessible: " + parts.joined(separator: ", ")
    }

    private func visibility(_ attributes: QueueAttributes) -> CheckFinding? {
        // The value that the check of the heartbeat recommends, if it is longer.
        let wanted = max(settings.worker.visibilitySeconds, leastLease)
        guard let seconds = attributes.visibilitySeconds, seconds < wanted else { return nil }
        return .warning(
            .visibilityTimeoutShort,
            "the queue's visibility timeout is \(seconds) s, less than the lease of a message (\(wanted) s)",
            because:
                "the service extends the timeout of its own receives, but a message that another program or a "
                + "console receives returns after \(seconds) s, while that program may still work on it",
            remedy: "Set the visibility timeout of the queue to at least that of queue.visibilitySeconds.",
            commands: [
                commands.sqs(
                    "set-queue-attributes", settings.queue.url, attributes: ["VisibilityTimeout": "\(wanted)"]
                )
            ])
    }

    /// The maximum time in seconds of one attempt at a heartbeat.
    private var attempt: Double {
        settings.aws.timeouts.connectSeconds + settings.aws.timeouts.firstByteSeconds
    }

    /// The shortest lease in seconds in whose second half a heartbeat can be answered.
    private var leastLease: Int { min(43_200, Int((2 * attempt).rounded(.up))) }

    /// Checks whether a heartbeat, which is sent when half of the lease has passed, can be answered before its end.
    private func heartbeat() -> CheckFinding? {
        let lease = settings.worker.visibilitySeconds
        guard lease < leastLease else { return nil }
        return .warning(
            .heartbeatLate,
            "queue.visibilitySeconds is \(lease): half of it is left when a heartbeat is sent, and one attempt "
                + "may take \(Int(attempt.rounded(.up))) s (aws.timeouts)",
            because:
                "when SQS answers slowly, messages become visible again while their pictures are processed, and "
                + "are processed twice",
            remedy: "Set queue.visibilitySeconds to at least \(leastLease).",
            settings: ["queue.visibilitySeconds": "\(leastLease)"])
    }

    /// Checks whether S3 can use the key of the queue (S3 User Guide, "Granting permissions to publish event
    /// notification messages to a destination").
    private func encryption(_ attributes: QueueAttributes) -> CheckFinding? {
        guard let key = attributes.kmsKeyID else { return nil }
        guard key.hasSuffix("alias/aws/sqs") else {
            return .unknown(
                .queueEncryption, "the queue is encrypted with \(key)",
                because: "S3 can send only when the policy of the key allows it",
                remedy: "Let the policy of the key allow kms:GenerateDataKey and kms:Decrypt to the service "
                    + "s3.amazonaws.com, or to the service that sends; an administrator of the key sees it with:",
                commands: [commands.keyPolicy(key)])
        }
        return .failure(
            .queueEncryption, "the queue is encrypted with the AWS managed key \(key)",
            because: "no service of AWS may use this key, so S3 cannot send to the queue",
            remedy:
                "Encrypt the queue with the keys of SQS, or with a KMS key of your own whose policy allows S3.",
            commands: [
                commands.sqs(
                    "set-queue-attributes", settings.queue.url,
                    attributes: ["KmsMasterKeyId": "", "SqsManagedSseEnabled": "true"])
            ])
    }

    // MARK: Dead letters

    /// Checks the redrive policy of the source queue and the queues that dead letters are stored in.
    ///
    /// - Parameter source: The attributes of the source queue; nil when it is not accessible.
    private func deadLetters(_ source: QueueAttributes?) async -> [CheckFinding] {
        var found: [CheckFinding] = []
        var configured: QueueAttributes?
        if let url = settings.queue.deadLetterURL {
            do {
                let attributes = try await session.sqs(queueURL: url, setting: "queue.deadLetterURL")
                    .attributes()
                configured = attributes
                found.append(.ok(.deadLetterQueue, "\(url) \(Self.summary(attributes))"))
            } catch {
                found.append(
                    .failure(
                        .deadLetterQueueInaccessible, error.description,
                        because: "the reasons of permanent failures cannot be stored",
                        remedy: error.accessRemedy("queue.deadLetterURL"),
                        exit: ExitReason(error.kind)))
            }
        }
        guard let source, let arn = source.arn else { return found }
        guard let redrive = source.redrive, let target = redrive.deadLetterTargetARN else {
            found.append(redriveMissing(arn, deadLetters: configured))
            if let configured, let url = settings.queue.deadLetterURL {
                found += [retention(source, configured, url)].compactMap(\.self)
            }
            return found
        }
        var other = configured?.arn == target ? nil : configured?.arn
        // A redrive policy can name a queue of the same kind only.
        if let name = other, name.hasSuffix(".fifo") != arn.hasSuffix(".fifo") { other = nil }
        // Both commands are the same, because one would undo the other.
        let command = redriveCommand(
            other ?? target, max(redrive.maxReceiveCount ?? 0, settings.worker.maxReceives, 1))
        if let finding = redriveCount(redrive, command) { found.append(finding) }
        if let other { found.append(Self.differs(target, from: other, command)) }
        let url = Self.url(ofQueue: target, beside: settings.queue.url)
        var attributes = configured?.arn == target ? configured : nil
        if attributes == nil, let url {
            do { attributes = try await session.sqs(queueURL: url).attributes() } catch {
                found.append(
                    .unknown(
                        .deadLetterQueue, "the dead-letter queue of the redrive policy: \(error.description)",
                        because: "its retention period must be longer than that of the queue",
                        remedy: "Ask an administrator of the queue for the answer of:",
                        commands: [commands.sqs("get-queue-attributes", url) + " --attribute-names All"]))
            }
        }
        if let attributes, let finding = retention(source, attributes, url ?? target) {
            found.append(finding)
        }
        return found
    }

    private func redriveMissing(_ arn: String, deadLetters: QueueAttributes?) -> CheckFinding {
        let count = max(settings.worker.maxReceives, 5)
        let name = (arn.split(separator: ":").last ?? "queue") + "-dead-letters"
        let target =
            deadLetters?.arn ?? arn.split(separator: ":").dropLast().joined(separator: ":") + ":\(name)"
        var lines: [String] = []
        if deadLetters?.arn == nil {
            lines.append(
                commands.createQueue(
                    String(name), attributes: ["MessageRetentionPeriod": "\(Self.longestRetention)"]))
        }
        return .warning(
            .redriveMissing, "the queue has no redrive policy",
            because:
                "a message that always fails, or that ends the process, is received until its retention period "
                + "ends, and is then lost",
            remedy: "Give the queue a redrive policy.", commands: lines + [redriveCommand(target, count)])
    }

    private func redriveCommand(_ target: String, _ count: Int) -> String {
        let policy = JSONValue.object([
            .init("deadLetterTargetArn", .string(target)), .init("maxReceiveCount", .string("\(count)")),
        ])
        return commands.sqs(
            "set-queue-attributes", settings.queue.url, attributes: ["RedrivePolicy": policy.compact])
    }

    private func redriveCount(_ redrive: RedrivePolicy, _ command: String) -> CheckFinding? {
        let wanted = settings.worker.maxReceives
        guard settings.queue.hasQuarantine, let count = redrive.maxReceiveCount, count < wanted else {
            return nil
        }
        return .warning(
            .redriveCountLow, "maxReceiveCount is \(count), less than worker.maxReceives (\(wanted))",
            because: "SQS moves a failing message before its reason can be stored",
            remedy: "Raise maxReceiveCount of the redrive policy to at least worker.maxReceives.",
            commands: [command])
    }

    private static func differs(_ target: String, from other: String, _ command: String) -> CheckFinding {
        .warning(
            .deadLetterQueueDiffers,
            "the redrive policy moves messages to \(target), and queue.deadLetterURL is \(other)",
            because: "dead-letters list and replay read one of the two queues, and miss what is in the other",
            remedy: "Let the redrive policy name the queue of queue.deadLetterURL.", commands: [command])
    }

    private func retention(_ source: QueueAttributes, _ deadLetters: QueueAttributes, _ url: String)
        -> CheckFinding?
    {
        guard let short = deadLetters.retentionSeconds, let long = source.retentionSeconds, short <= long
        else {
            return nil
        }
        let isLongest = long >= Self.longestRetention
        return .warning(
            .deadLetterRetentionShort,
            "the dead-letter queue keeps messages for \(short) s, and the queue for \(long) s",
            because:
                "a message keeps its age when it is moved, so that it is deleted soon afterwards or at once",
            remedy: isLongest
                ? "Decrease the retention period of the queue, because that of the dead-letter queue cannot be longer."
                : "Raise the retention period of the dead-letter queue.",
            commands: [
                isLongest
                    ? commands.sqs(
                        "set-queue-attributes", settings.queue.url,
                        attributes: ["MessageRetentionPeriod": "345600"])
                    : commands.sqs(
                        "set-queue-attributes", url,
                        attributes: ["MessageRetentionPeriod": "\(Self.longestRetention)"])
            ]
                + (isLongest && short < Self.longestRetention
                    ? [
                        commands.sqs(
                            "set-queue-attributes", url,
                            attributes: ["MessageRetentionPeriod": "\(Self.longestRetention)"])
                    ] : []))
    }

    /// Returns the URL of the queue with this ARN, which is in the account and the region of the queue `url`; nil when
    /// one of the two has an unexpected form.
    private static func url(ofQueue arn: String, beside url: String) -> String? {
        guard let name = arn.split(separator: ":").last, let slash = url.lastIndex(of: "/") else {
            return nil
        }
        return String(url[...slash]) + String(name)
    }
}
