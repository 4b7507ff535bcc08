// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import Logging
import Pixelation
import Systemd
import Worker

extension Setting {
    /// All settings of the daemon, in the order of the documentation.
    package static let all: [Setting] = queue + filter + output + pixelation + worker + aws + network + daemon

    private static let queue: [Setting] = [
        .property(
            "region", \.aws.region,
            "AWS Region; null: the Region of the queue's URL, AWS_REGION, AWS_DEFAULT_REGION or the profile"),
        .property(
            "queue.url", \.queue.url,
            "URL of the SQS queue that receives the source bucket's event notifications"),
        .property(
            "queue.deadLetterURL", \.queue.deadLetterURL,
            "URL of the dead-letter queue for quarantine records of permanent failures; null: none, the queue's "
                + "redrive policy moves the messages"),
        .property(
            "queue.quarantinePrefix", \.queue.quarantinePrefix,
            "Bucket and key prefix for quarantine records, instead of queue.deadLetterURL, such as "
                + "\"s3://bucket/quarantine/\"; null: none"),
        .property(
            "queue.waitSeconds", \.worker.waitSeconds, "WaitTimeSeconds of a long poll, 0 to 20"),
        .property(
            "queue.visibilitySeconds", \.worker.visibilitySeconds,
            "Visibility timeout of a received message, extended by a heartbeat at half of it"),
    ]

    private static let filter: [Setting] = [
        .property(
            "filter.include", \.worker.filter.include, reloads: true,
            "Glob patterns of keys to process (* any characters, ? one character); empty: all keys"),
        .property(
            "filter.exclude", \.worker.filter.exclude, reloads: true,
            "Glob patterns of keys to skip; the messages of these objects are deleted"
        ),
    ]

    private static let output: [Setting] = [
        .property("output.bucket", \.worker.output.bucket, "Bucket for the outputs"),
        .property(
            "output.prefix", \.worker.output.prefix,
            "Prefix of the outputs' keys, before the source's whole key, such as \"small/\""),
        .property(
            "output.namePrefix", \.worker.output.namePrefix,
            "Prefix of the outputs' file names, after the last slash of the key"),
        .property(
            "output.conditionalWrites", \.worker.output.conditionalWrites,
            "Conditional PUTs (If-Match, If-None-Match), which prevent overwriting newer outputs; false for stores "
                + "without support for them"),
        .property("output.cacheControl", \.put.cacheControl, "Cache-Control header of the outputs"),
        .property(
            "output.storageClass", \.put.storageClass,
            "Storage class of the outputs, such as \"STANDARD_IA\"; null: the bucket's default"),
        .optionalChoice(
            "output.serverSideEncryption", \.put.serverSideEncryption,
            "Server-side encryption of the outputs, or null for the bucket's default"),
        .property(
            "output.kmsKeyID", \.put.kmsKeyID, "KMS key for aws:kms: its ID, ARN or alias"),
        .property(
            "output.bucketKey", \.put.bucketKey, "Use of an S3 Bucket Key, which reduces KMS requests"),
        .optionalChoice("output.acl", \.put.acl, "Canned ACL of the outputs, or null for none"),
        .property("output.tags", \.put.tags, "Tags of the outputs, at most ten"),
        .property(
            "output.copyTags", \.worker.output.copyTags,
            "Copy the source's tags to its outputs; needs s3:GetObjectTagging on the source bucket and "
                + "s3:PutObjectTagging on the output bucket"),
        .property(
            "output.metadata", \.put.metadata,
            "User-defined metadata (x-amz-meta-...) of the outputs, at most 624 bytes"),
    ]

    private static let pixelation: [Setting] = [
        .property(
            "pixelation.sizes", \.pixelation.sizes,
            "Number of blocks along each side of each output, 1 to 256; one output per number"),
        .choice(
            "pixelation.metadata", \.pixelation.metadata,
            "upright: rotated according to the EXIF orientation, with the colour profile; reference: byte-identical "
                + "to the reference program, which does neither"),
        .choice(
            "pixelation.truncated", \.pixelation.truncated,
            "Treatment of truncated files"),
        .property(
            "pixelation.limits.bytes", \.pixelation.limits.bytes, reloads: true,
            "Maximum size of a source in bytes"),
        .property(
            "pixelation.limits.pixels", \.pixelation.limits.pixels, reloads: true,
            "Maximum width times height of a picture"),
        .property(
            "pixelation.limits.scans", \.pixelation.limits.scans, reloads: true,
            "Maximum number of scans of a progressive JPEG file"),
        .property(
            "pixelation.limits.scanWork", \.pixelation.limits.scanWork, reloads: true,
            "Maximum number of scans times pixels"),
        .property(
            "pixelation.limits.markers", \.pixelation.limits.markers, reloads: true,
            "Maximum number of marker segments"),
        .property(
            "pixelation.limits.memoryBytes", \.pixelation.limits.memoryBytes, reloads: true,
            "Maximum memory of one decoder in bytes"),
        .property(
            "pixelation.limits.warnings", \.pixelation.limits.warnings, reloads: true,
            "Maximum number of decoder warnings for one picture"),
        .property(
            "pixelation.limits.seconds", \.pixelation.limits.seconds, reloads: true,
            "Maximum time for pixelating one picture"),
    ]

    private static let worker: [Setting] = [
        .property(
            "worker.cpuWorkers", \.worker.cpuWorkers, reloads: true,
            "Number of pictures decoded and encoded concurrently; 0: the number of processors"),
        .property(
            "worker.maxInFlight", \.worker.maxInFlight, reloads: true,
            "Maximum number of messages in flight (slots); 0: the number of pictures processed concurrently plus 6"
        ),
        .property(
            "worker.memoryBytes", \.worker.memoryBytes, reloads: true,
            "Memory budget of all pictures in flight, at least that of the largest picture within pixelation.limits"
        ),
        .property(
            "worker.drainSeconds", \.worker.drainSeconds,
            "Time to finish messages in flight after SIGTERM; uploads that have begun then have 5 more seconds"
        ),
        .property(
            "worker.retrySeconds", \.worker.retrySeconds, reloads: true,
            "Delay before the first retry of a failed message, doubled with each receive"),
        .property(
            "worker.maxRetrySeconds", \.worker.maxRetrySeconds, reloads: true,
            "Maximum delay before a retry"),
        .property(
            "worker.maxReceives", \.worker.maxReceives, reloads: true,
            "Number of receives (attempts) after which a message that still fails is quarantined; 0: unlimited"
        ),
        .property(
            "worker.deleteBatchDelayMilliseconds", \.worker.deleteBatchDelayMilliseconds,
            "Maximum delay of a delete that waits for others to share its DeleteMessageBatch call"),
        .property(
            "worker.policy", \.worker.policy, reloads: true,
            "Dispositions of error kinds that differ from the default; dispositions: "
                + Disposition.allCases.map(\.rawValue).joined(separator: ", ") + "; kinds: "
                + WorkerError.Kind.allCases.map(\.rawValue).joined(separator: ", ")),
        .property(
            "worker.idleSeconds", \.worker.idleSeconds,
            "Stop after the queue has been empty for this time; null: never"),
        .property(
            "worker.maxMessages", \.worker.maxMessages,
            "Stop after receiving this number of messages; null: unlimited"),
    ]

    private static let aws: [Setting] = [
        .property(
            "aws.profile", \.aws.profile,
            "Profile of the shared AWS config and credentials files; null: AWS_PROFILE or AWS_DEFAULT_PROFILE"
        ),
        .choice(
            "aws.credentials", \.aws.credentials,
            "Source of the credentials, automatic for the default provider chain of the AWS SDKs"),
        .property(
            "aws.logIdentity", \.aws.logIdentity,
            "Call STS GetCallerIdentity and log the account and ARN of the credentials"),
        .property(
            "aws.source.expectedOwner", \.aws.source.expectedOwner,
            "Account ID that must own the source buckets"
        ),
        .property(
            "aws.source.roleARN", \.aws.source.roleARN, "IAM role to assume for reading sources"),
        .property("aws.source.externalID", \.aws.source.externalID, "External ID for that role"),
        .property(
            "aws.source.requesterPays", \.aws.source.requesterPays,
            "Accept the charges of Requester Pays source buckets"),
        .property(
            "aws.output.expectedOwner", \.aws.output.expectedOwner,
            "Account ID that must own the output bucket"),
        .property(
            "aws.output.roleARN", \.aws.output.roleARN, "IAM role to assume for storing outputs"),
        .property("aws.output.externalID", \.aws.output.externalID, "External ID for that role"),
        .property(
            "aws.output.requesterPays", \.aws.output.requesterPays,
            "Accept the charges of a Requester Pays output bucket"),
        .property(
            "aws.buckets", \.aws.buckets,
            "Options of single source, output or quarantine buckets, by bucket name: "
                + "{\"name\": {\"roleARN\": \"arn...\"}}"),
        .property("aws.endpoints.s3", \.aws.endpoints.s3, "Endpoint URL of an S3-compatible service"),
        .property("aws.endpoints.sqs", \.aws.endpoints.sqs, "Endpoint URL of an SQS-compatible service"),
        .property("aws.endpoints.sts", \.aws.endpoints.sts, "Endpoint URL of an STS-compatible service"),
        .property(
            "aws.endpoints.pathStyle", \.aws.endpoints.pathStyle,
            "Path-style S3 requests: the bucket in the path and not in the host name"),
        .property("aws.endpoints.fips", \.aws.endpoints.fips, "Use of FIPS 140 endpoints"),
        .property(
            "aws.endpoints.dualStack", \.aws.endpoints.dualStack,
            "Use of dual-stack (IPv4 and IPv6) endpoints"),
        .property(
            "aws.timeouts.connectSeconds", \.aws.timeouts.connectSeconds,
            "Timeout of name resolution, TCP connect and TLS handshake together"),
        .property(
            "aws.timeouts.firstByteSeconds", \.aws.timeouts.firstByteSeconds,
            "Timeout for the first byte of the response"),
        .property(
            "aws.timeouts.attemptSeconds", \.aws.timeouts.attemptSeconds,
            "Timeout of one attempt of a request"),
        .property(
            "aws.timeouts.totalSeconds", \.aws.timeouts.totalSeconds,
            "Timeout of a request with all its attempts"),
        .property(
            "aws.timeouts.stallSeconds", \.aws.timeouts.stallSeconds,
            "Timeout of a transfer that is slower than aws.timeouts.stallBytesPerSecond"),
        .property(
            "aws.timeouts.stallBytesPerSecond", \.aws.timeouts.stallBytesPerSecond,
            "Speed below which a transfer is stalled; 0: no limit"),
        .property(
            "aws.retries.maxAttempts", \.aws.retries.maxAttempts,
            "Maximum number of attempts of a request, including the first; null: AWS_MAX_ATTEMPTS, the profile, or 3"
        ),
    ]

    private static let network: [Setting] = [
        .property(
            "network.maxConnections", \.network.maxConnections, "Maximum number of open connections"),
        .property(
            "network.maxConnectionsPerHost", \.network.maxConnectionsPerHost,
            "Maximum number of open connections to one host"),
        .property(
            "network.maxPendingRequests", \.network.maxPendingRequests,
            "Maximum number of unfinished requests, active or waiting for a connection"),
        .property(
            "network.idleSeconds", \.network.idleSeconds,
            "Maximum idle time of a connection that is reused"),
        .property(
            "network.lifetimeSeconds", \.network.lifetimeSeconds,
            "Maximum age of a connection that is reused"),
        .property(
            "network.caBundle", \.network.caBundle,
            "PEM file of trusted CA certificates; null: AWS_CA_BUNDLE, CURL_CA_BUNDLE, SSL_CERT_FILE, or the "
                + "system's"),
    ]

    private static let daemon: [Setting] = [
        .property(
            "instance.drainOnTermination", \.instance.drainOnTermination,
            "Drain when EC2 announces the termination of this instance: spot interruption notice or Auto Scaling "
                + "lifecycle state"),
        .property(
            "start.timeoutSeconds", \.start.timeoutSeconds,
            "Time within which AWS must answer the first poll; 0: unlimited"),
        .choice("log.level", \.log.level, reloads: true, "Minimum log level"),
        .choice(
            "log.format", \.log.format,
            "automatic: journal if stderr is connected to the journal, else text; journal: the journal's native "
                + "protocol; text: lines for people; json: one object per line"),
        .property(
            "health.listen", \.health.listen,
            "Address and port, or path of a Unix socket, that serves /livez, /readyz and /metrics; null: off"),
    ]
}
