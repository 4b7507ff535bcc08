// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import Logging
import Pixelation
import Systemd
import Worker

extension Setting {
    /// Every setting, in the order in which people are shown them.
    package static let all: [Setting] = queue + filter + output + pixelation + worker + aws + network + daemon

    private static let queue: [Setting] = [
        .property(
            "region", \.aws.region, "AWS region; null: from the queue's URL, AWS_REGION or the profile"),
        .property("queue.url", \.queue.url, "URL of the queue that the source bucket notifies"),
        .property(
            "queue.deadLetterURL", \.queue.deadLetterURL,
            "Queue for messages that can never succeed; null: they stay for the queue's redrive policy"),
        .property(
            "queue.quarantinePrefix", \.queue.quarantinePrefix,
            "Instead of that queue a place for an object each, such as \"s3://bucket/quarantine/\""),
        .property("queue.waitSeconds", \.worker.waitSeconds, "Length of a long poll, 0 to 20"),
        .property(
            "queue.visibilitySeconds", \.worker.visibilitySeconds,
            "How long a message stays invisible without a heartbeat"),
    ]

    private static let filter: [Setting] = [
        .property(
            "filter.include", \.worker.filter.include, reloads: true,
            "Work only on objects whose key is like one of these (* any characters, ? one); empty: on all"),
        .property(
            "filter.exclude", \.worker.filter.exclude, reloads: true,
            "Nor on those whose key is like one of these; what is left out is acknowledged and counted"),
    ]

    private static let output: [Setting] = [
        .property("output.bucket", \.worker.output.bucket, "Bucket for the pixelated pictures"),
        .property(
            "output.prefix", \.worker.output.prefix, "Put in front of the whole key, such as \"small/\""),
        .property("output.namePrefix", \.worker.output.namePrefix, "Put in front of the file name"),
        .property(
            "output.conditionalWrites", \.worker.output.conditionalWrites,
            "Store only over what was seen (If-Match, If-None-Match); false for stores that refuse these"),
        .property("output.cacheControl", \.put.cacheControl, "Cache-Control of the outputs"),
        .property("output.storageClass", \.put.storageClass, "Storage class, such as \"STANDARD_IA\""),
        .word(
            "output.serverSideEncryption", \.put.serverSideEncryption,
            "Encryption at rest, null for what the bucket says"),
        .property("output.kmsKeyID", \.put.kmsKeyID, "Key for aws:kms: its id, ARN or alias"),
        .property("output.bucketKey", \.put.bucketKey, "Use an S3 bucket key, which saves calls of KMS"),
        .word("output.acl", \.put.acl, "Canned ACL"),
        .property("output.tags", \.put.tags, "Object tags, at most ten"),
        .property(
            "output.copyTags", \.worker.output.copyTags,
            "The source's tags, too; needs s3:GetObjectTagging there and s3:PutObjectTagging"),
        .property(
            "output.metadata", \.put.metadata,
            "User metadata (x-amz-meta-...) of the outputs, at most 624 bytes"),
    ]

    private static let pixelation: [Setting] = [
        .property("pixelation.sizes", \.pixelation.sizes, "Blocks along each side of every output, 1 to 256"),
        .choice(
            "pixelation.metadata", \.pixelation.metadata,
            "upright: turned as EXIF says and with its colour profile; reference: byte for byte as the original"
        ),
        .choice(
            "pixelation.truncated", \.pixelation.truncated,
            "What becomes of a file that ends before its picture"),
        .property("pixelation.limits.bytes", \.pixelation.limits.bytes, reloads: true, "Largest file"),
        .property(
            "pixelation.limits.pixels", \.pixelation.limits.pixels, reloads: true,
            "Largest width times height"),
        .property(
            "pixelation.limits.scans", \.pixelation.limits.scans, reloads: true,
            "Most scans of a progressive picture"),
        .property(
            "pixelation.limits.scanWork", \.pixelation.limits.scanWork, reloads: true,
            "Most scans times pixels"),
        .property(
            "pixelation.limits.markers", \.pixelation.limits.markers, reloads: true, "Most marker segments"),
        .property(
            "pixelation.limits.memoryBytes", \.pixelation.limits.memoryBytes, reloads: true,
            "Most memory of one decoder"),
        .property(
            "pixelation.limits.warnings", \.pixelation.limits.warnings, reloads: true,
            "Most complaints of the decoder"),
        .property(
            "pixelation.limits.seconds", \.pixelation.limits.seconds, reloads: true,
            "Longest time for one picture"),
    ]

    private static let worker: [Setting] = [
        .property(
            "worker.cpuWorkers", \.worker.cpuWorkers, reloads: true,
            "Pictures computed at once; 0: as many as processors"),
        .property(
            "worker.maxInFlight", \.worker.maxInFlight, reloads: true,
            "Messages in flight at once; 0: six more than that"
        ),
        .property(
            "worker.memoryBytes", \.worker.memoryBytes, reloads: true,
            "Memory for all pictures in flight; enough for one as large as pixelation.limits allow"),
        .property(
            "worker.drainSeconds", \.worker.drainSeconds,
            "After SIGTERM: time to finish what has begun; what is being written then has 5 s more"),
        .property(
            "worker.retrySeconds", \.worker.retrySeconds, reloads: true,
            "First delay of a retry; doubled each time"),
        .property(
            "worker.maxRetrySeconds", \.worker.maxRetrySeconds, reloads: true,
            "Longest delay of a retry"),
        .property(
            "worker.maxReceives", \.worker.maxReceives, reloads: true,
            "Receives after which a message is given up; 0: never"),
        .property(
            "worker.deleteBatchDelayMilliseconds", \.worker.deleteBatchDelayMilliseconds,
            "How long a delete waits for others to share its call"),
        .property(
            "worker.policy", \.worker.policy, reloads: true,
            "What is done about a kind of failure, where not the default: "
                + Disposition.allCases.map(\.rawValue).joined(separator: ", ") + "; kinds: "
                + WorkerError.Kind.allCases.map(\.rawValue).joined(separator: ", ")),
        .property("worker.idleSeconds", \.worker.idleSeconds, "Stop when idle for so long; null: never"),
        .property(
            "worker.maxMessages", \.worker.maxMessages, "Stop after so many messages; null: never"),
    ]

    private static let aws: [Setting] = [
        .property(
            "aws.profile", \.aws.profile,
            "Profile of the shared configuration files; null: AWS_PROFILE, AWS_DEFAULT_PROFILE"),
        .choice(
            "aws.credentials", \.aws.credentials,
            "Where the identity comes from, automatic as AWS's own SDKs look for it"),
        .property(
            "aws.logIdentity", \.aws.logIdentity, "Ask STS whom the keys belong to, for the log"),
        .property(
            "aws.source.expectedOwner", \.aws.source.expectedOwner, "Account that must own the source buckets"
        ),
        .property("aws.source.roleARN", \.aws.source.roleARN, "Role to assume for reading sources"),
        .property("aws.source.externalID", \.aws.source.externalID, "External id for that role"),
        .property("aws.source.requesterPays", \.aws.source.requesterPays, "We pay for reading sources"),
        .property(
            "aws.output.expectedOwner", \.aws.output.expectedOwner, "Account that must own the output bucket"),
        .property("aws.output.roleARN", \.aws.output.roleARN, "Role to assume for storing outputs"),
        .property("aws.output.externalID", \.aws.output.externalID, "External id for that role"),
        .property("aws.output.requesterPays", \.aws.output.requesterPays, "We pay for storing outputs"),
        .property(
            "aws.buckets", \.aws.buckets,
            "What differs for single buckets, sources, output or quarantine: {\"name\": {\"roleARN\": \"arn...\"}}"
        ),
        .property("aws.endpoints.s3", \.aws.endpoints.s3, "URL of an S3 that is not AWS's"),
        .property("aws.endpoints.sqs", \.aws.endpoints.sqs, "URL of an SQS that is not AWS's"),
        .property("aws.endpoints.sts", \.aws.endpoints.sts, "URL of an STS that is not AWS's"),
        .property(
            "aws.endpoints.pathStyle", \.aws.endpoints.pathStyle, "Bucket in the path, not the host name"),
        .property("aws.endpoints.fips", \.aws.endpoints.fips, "FIPS 140 endpoints"),
        .property("aws.endpoints.dualStack", \.aws.endpoints.dualStack, "Endpoints that also speak IPv6"),
        .property(
            "aws.timeouts.connectSeconds", \.aws.timeouts.connectSeconds, "Name resolution, TCP and TLS"),
        .property(
            "aws.timeouts.firstByteSeconds", \.aws.timeouts.firstByteSeconds, "Until the answer begins"),
        .property("aws.timeouts.attemptSeconds", \.aws.timeouts.attemptSeconds, "One attempt as a whole"),
        .property(
            "aws.timeouts.totalSeconds", \.aws.timeouts.totalSeconds, "All attempts of a call together"),
        .property(
            "aws.timeouts.stallSeconds", \.aws.timeouts.stallSeconds,
            "Give up an attempt that is slower than stallBytesPerSecond for so long"),
        .property(
            "aws.timeouts.stallBytesPerSecond", \.aws.timeouts.stallBytesPerSecond,
            "What counts as stalled; 0: off"),
        .property(
            "aws.retries.maxAttempts", \.aws.retries.maxAttempts,
            "Attempts of a call, the first included; null: AWS_MAX_ATTEMPTS, the profile, 3"),
    ]

    private static let network: [Setting] = [
        .property("network.maxConnections", \.network.maxConnections, "Connections open at once"),
        .property(
            "network.maxConnectionsPerHost", \.network.maxConnectionsPerHost,
            "Connections to one host at once"),
        .property(
            "network.maxPendingRequests", \.network.maxPendingRequests, "Requests under way or waiting"),
        .property("network.idleSeconds", \.network.idleSeconds, "Do not reuse a connection idle for longer"),
        .property(
            "network.lifetimeSeconds", \.network.lifetimeSeconds, "Do not reuse a connection older than this"),
        .property(
            "network.caBundle", \.network.caBundle,
            "PEM file of trusted certificates; null: AWS_CA_BUNDLE, CURL_CA_BUNDLE, SSL_CERT_FILE, the system's"
        ),
    ]

    private static let daemon: [Setting] = [
        .property(
            "instance.drainOnTermination", \.instance.drainOnTermination,
            "Drain when EC2 announces this instance's end: spot notice, Auto Scaling's lifecycle state"),
        .property(
            "start.timeoutSeconds", \.start.timeoutSeconds,
            "Give up a start that AWS has not answered for so long; 0: keep trying"),
        .choice("log.level", \.log.level, reloads: true, "What is less important is not written"),
        .choice(
            "log.format", \.log.format,
            "automatic: journal where stderr leads to the journal, else text; journal: its native fields; "
                + "text: lines for people; json: one object a line"),
        .property(
            "health.listen", \.health.listen, "Where /livez, /readyz and /metrics are served; null: nowhere"),
    ]
}
