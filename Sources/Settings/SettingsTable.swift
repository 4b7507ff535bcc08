// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import Logging
import Pixelation
import Systemd
import Tracing
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
            "queue.waitSeconds", \.worker.waitSeconds,
            "Wait time of a long poll (WaitTimeSeconds) in seconds, 0 to 20"),
        .property(
            "queue.visibilitySeconds", \.worker.visibilitySeconds,
            "Visibility timeout of received messages in seconds, at least waitSeconds + 2; a heartbeat extends it "
                + "when half has passed"),
    ]

    private static let filter: [Setting] = [
        .property(
            "filter.buckets", \.worker.filter.buckets, reloads: true,
            "Names of the source buckets, or ARNs of access points; messages about other buckets are quarantined; "
                + "empty: all buckets that the IAM policy permits"),
        .property(
            "filter.include", \.worker.filter.include, reloads: true,
            "Glob patterns of keys to process (* any characters, ? one character); empty: all keys"),
        .property(
            "filter.exclude", \.worker.filter.exclude, reloads: true,
            "Glob patterns of keys to skip; the messages of these objects are deleted"
        ),
    ]

    private static let output: [Setting] = [
        .property(
            "output.bucket", \.worker.output.bucket,
            "Bucket for the outputs, or the ARN of an S3 access point"),
        .property(
            "output.prefix", \.worker.output.prefix,
            "Prefix of the outputs' keys, before the source's whole key, such as \"small/\"; {bucket} stands for the "
                + "source bucket, so that two source buckets cannot have outputs of the same names"),
        .property(
            "output.namePrefix", \.worker.output.namePrefix,
            "Prefix of the outputs' file names, after the last slash of the key"),
        .property(
            "output.conditionalWrites", \.worker.output.conditionalWrites,
            "Conditional PUTs (If-Match, If-None-Match), which prevent overwriting newer outputs; false for stores "
                + "without support for them"),
        .property(
            "output.cacheControl", \.put.cacheControl, "Cache-Control header of the outputs; null: none"),
        .property(
            "output.storageClass", \.put.storageClass,
            "Storage class of the outputs, such as \"STANDARD_IA\"; null: the bucket's default"),
        .optionalChoice(
            "output.serverSideEncryption", \.put.serverSideEncryption,
            "Server-side encryption of the outputs, or null for the bucket's default"),
        .property(
            "output.kmsKeyID", \.put.kmsKeyID,
            "ID, ARN or alias of the KMS key for aws:kms and aws:kms:dsse; null: the AWS managed key aws/s3"),
        .property(
            "output.bucketKey", \.put.bucketKey,
            "Use of an S3 Bucket Key, which reduces the requests to KMS; only with aws:kms"),
        .optionalChoice("output.acl", \.put.acl, "Canned ACL of the outputs, or null for none"),
        .property("output.tags", \.put.tags, "Tags of the outputs, at most ten"),
        .property(
            "output.copyTags", \.worker.output.copyTags,
            "Copying of the source's tags to its outputs; needs s3:GetObjectTagging on the source bucket and "
                + "s3:PutObjectTagging on the output bucket"),
        .property(
            "output.metadata", \.put.metadata,
            "User-defined metadata (x-amz-meta-...) of the outputs, at most 624 bytes"),
    ]

    private static let pixelation: [Setting] = [
        .property(
            "pixelation.sizes", \.pixelation.sizes,
            "Number of blocks along each side of each output, 1 to 256; one output per number"),
        .choices(
            "pixelation.formats", \.pixelation.formats, of: SourceFormat.readable, named: { $0.settingName },
            "Formats of sources that are read, by their content; files in other formats fail with "
                + "unsupported-format before a decoder reads them"),
        .choice(
            "pixelation.output", \.pixelation.output,
            "Format of the outputs; same: that of the source, or JPEG, or PNG for pictures with transparency, if it "
                + "is not written; an output in another format than its source has the ending of its format behind "
                + "the name of the source"),
        .property(
            "pixelation.background", \.pixelation.background,
            "Colour behind transparent pictures whose outputs are JPEG files"),
        .choice(
            "pixelation.metadata", \.pixelation.metadata,
            "upright: rotated according to the EXIF orientation, with the colour profile; reference: as Pillow 12.1.1 "
                + "makes them, JPEG outputs byte-identical (except for some damaged files), neither rotated "
                + "(but TIFF is) nor with the colour profile (but PNG outputs of PNG files have it)"),
        .choice(
            "pixelation.truncated", \.pixelation.truncated,
            "refuse: a file that ends early fails as corrupt; accept: it is pixelated, mostly with gray for the "
                + "missing data"),
        .choice(
            "pixelation.isolation", \.isolation,
            "required: pictures are decoded in processes with a sandbox and without credentials; preferred: also when "
                + "the kernel lacks parts of the sandbox; off: in the process with the credentials, for debugging"
        ),
        .property(
            "pixelation.limits.bytes", \.pixelation.limits.bytes, reloads: true,
            "Maximum size of a source in bytes, up to 1 GiB"),
        .property(
            "pixelation.limits.pixels", \.pixelation.limits.pixels, reloads: true,
            "Maximum number of pixels of a picture, width times height"),
        .property(
            "pixelation.limits.scans", \.pixelation.limits.scans, reloads: true,
            "Maximum number of scans of a JPEG file; a progressive file usually has about 10"),
        .property(
            "pixelation.limits.scanWork", \.pixelation.limits.scanWork, reloads: true,
            "Maximum product of the numbers of scans and pixels, such as 100 scans of 20 megapixels; all frames of an "
                + "animation may have an eighth of it in pixels"
        ),
        .property(
            "pixelation.limits.frames", \.pixelation.limits.frames, reloads: true,
            "Maximum number of frames of an animation"),
        .property(
            "pixelation.limits.markers", \.pixelation.limits.markers, reloads: true,
            "Maximum number of JPEG marker segments before the first scan, and of APPn and COM segments in the file; "
                + "of PNG and WebP chunks, GIF extensions, TIFF entries, and HEIF boxes"),
        .property(
            "pixelation.limits.memoryBytes", \.pixelation.limits.memoryBytes, reloads: true,
            "Maximum memory for one picture in bytes, as its header predicts it, with the outputs, without the file"
        ),
        .property(
            "pixelation.limits.damagedPercent", \.pixelation.limits.damagedPercent, reloads: true,
            "Maximum percentage of the rows of a picture that corrupt data may concern; above it the picture fails"
        ),
        .property(
            "pixelation.limits.seconds", \.pixelation.limits.seconds, reloads: true,
            "Maximum time for pixelating one picture in seconds, 1 to 3600"),
    ]

    private static let worker: [Setting] = [
        .property(
            "worker.cpuWorkers", \.worker.cpuWorkers, reloads: true,
            "Number of pictures decoded and encoded concurrently; 0: the number of processors that the service may use "
                + "(affinity and quota of its control groups)"
        ),
        .property(
            "worker.maxInFlight", \.worker.maxInFlight, reloads: true,
            "Maximum number of messages in flight (slots), up to 10000, without those that wait for a failing or "
                + "hanging service; 0: worker.cpuWorkers plus 10"
        ),
        .property(
            "worker.memoryBytes", \.worker.memoryBytes, reloads: true,
            "Maximum memory for all pictures in flight in bytes, a fifth for sources and the rest for decoding and "
                + "outputs; at least 5/4 of pixelation.limits.memoryBytes and 5 times pixelation.limits.bytes; 0: "
                + "1280 MiB, or that minimum; never more than the memory limit of the service leaves room for"
        ),
        .property(
            "worker.drainSeconds", \.worker.drainSeconds,
            "Time to finish messages in flight after SIGTERM in seconds; uploads in progress have 5 more seconds"
        ),
        .property(
            "worker.retrySeconds", \.worker.retrySeconds, reloads: true,
            "Delay before the first retry of a failed message in seconds, doubled with each receive"),
        .property(
            "worker.maxRetrySeconds", \.worker.maxRetrySeconds, reloads: true,
            "Maximum delay before a retry of a failed message in seconds"),
        .property(
            "worker.maxReceives", \.worker.maxReceives, reloads: true,
            "Receive count (attempts) at which a message that still fails is quarantined; 0: never; without effect "
                + "when there is no quarantine"
        ),
        .property(
            "worker.deleteBatchDelayMilliseconds", \.worker.deleteBatchDelayMilliseconds,
            "Maximum wait of a delete in milliseconds, 0 to 5000, for others in the same DeleteMessageBatch call"
        ),
        .property(
            "worker.policy", \.worker.policy, reloads: true,
            "Dispositions of error kinds that differ from the default, such as {\"access-denied\": \"quarantine\"}; "
                + "dispositions: "
                + Disposition.allCases.map(\.rawValue).joined(separator: ", ") + "; kinds: "
                + WorkerError.Kind.allCases.map(\.rawValue).joined(separator: ", "),
            schema: [
                .init("type", .string("object")),
                .init("propertyNames", .object(oneOf(WorkerError.Kind.allCases.map(\.rawValue)))),
                .init("additionalProperties", .object(oneOf(Disposition.allCases.map(\.rawValue)))),
            ]),
        .property(
            "worker.idleSeconds", \.worker.idleSeconds,
            "Time in seconds with an empty queue and no work after which the process stops; null: unlimited"),
        .property(
            "worker.maxMessages", \.worker.maxMessages,
            "Number of received messages after which the process stops; null: unlimited"),
    ]

    private static let aws: [Setting] = [
        .property(
            "aws.profile", \.aws.profile,
            "Profile of the shared AWS config and credentials files; null: AWS_DEFAULT_PROFILE or AWS_PROFILE"
        ),
        .choice(
            "aws.credentials", \.aws.credentials,
            "Source of the credentials, automatic for the default provider chain of the AWS SDKs"),
        .property(
            "aws.logIdentity", \.aws.logIdentity,
            "Logging of the account and ARN of the credentials, by the STS call GetCallerIdentity"),
        .property(
            "aws.source.expectedOwner", \.aws.source.expectedOwner,
            "Account ID (12 digits) that must own the source buckets; null: no check"
        ),
        .property(
            "aws.source.roleARN", \.aws.source.roleARN,
            "ARN of the IAM role that is assumed for reading sources; null: none"),
        .property(
            "aws.source.externalID", \.aws.source.externalID,
            "External ID that the trust policy of aws.source.roleARN requires; null: none"),
        .property(
            "aws.source.requesterPays", \.aws.source.requesterPays,
            "Acceptance of the charges of Requester Pays source buckets"),
        .property(
            "aws.output.expectedOwner", \.aws.output.expectedOwner,
            "Account ID (12 digits) that must own the output bucket; null: no check"),
        .property(
            "aws.output.roleARN", \.aws.output.roleARN,
            "ARN of the IAM role that is assumed for storing outputs; null: none"),
        .property(
            "aws.output.externalID", \.aws.output.externalID,
            "External ID that the trust policy of aws.output.roleARN requires; null: none"),
        .property(
            "aws.output.requesterPays", \.aws.output.requesterPays,
            "Acceptance of the charges of a Requester Pays output bucket"),
        .property(
            "aws.buckets", \.aws.buckets,
            "Options (expectedOwner, roleARN, externalID, requesterPays, accessPoint) of single buckets by bucket "
                + "name, which "
                + "replace all options of aws.source and aws.output, such as {\"name\": {\"roleARN\": \"arn...\"}}"
        ),
        .property(
            "aws.endpoints.s3", \.aws.endpoints.s3,
            "Endpoint URL of an S3-compatible service; null: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the profile, "
                + "or AWS"
        ),
        .property(
            "aws.endpoints.sqs", \.aws.endpoints.sqs,
            "Endpoint URL of an SQS-compatible service; null: AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL, the profile, "
                + "the server in queue.url when it is outside of AWS, or AWS"
        ),
        .property(
            "aws.endpoints.sts", \.aws.endpoints.sts,
            "Endpoint URL of an STS-compatible service; null: AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, the profile, "
                + "or AWS"),
        .property(
            "aws.endpoints.pathStyle", \.aws.endpoints.pathStyle,
            "Path-style S3 requests: the bucket in the path and not in the host name"),
        .property("aws.endpoints.fips", \.aws.endpoints.fips, "Use of FIPS 140 endpoints"),
        .property(
            "aws.endpoints.dualStack", \.aws.endpoints.dualStack,
            "Use of dual-stack (IPv4 and IPv6) endpoints"),
        .property(
            "aws.timeouts.connectSeconds", \.aws.timeouts.connectSeconds,
            "Timeout of name resolution, TCP connection and TLS handshake together in seconds, 0.05 to 3600"),
        .property(
            "aws.timeouts.firstByteSeconds", \.aws.timeouts.firstByteSeconds,
            "Timeout in seconds from the end of the request to the first byte of the response; the wait time of a "
                + "long poll is added"),
        .property(
            "aws.timeouts.attemptSeconds", \.aws.timeouts.attemptSeconds,
            "Timeout of one attempt of a request in seconds; the wait time of a long poll is added"),
        .property(
            "aws.timeouts.totalSeconds", \.aws.timeouts.totalSeconds,
            "Timeout of a request with all its attempts in seconds; the wait time of a long poll is added"),
        .property(
            "aws.timeouts.stallSeconds", \.aws.timeouts.stallSeconds,
            "Time in seconds after which a transfer below aws.timeouts.stallBytesPerSecond fails; the wait time of a "
                + "long poll is added"),
        .property(
            "aws.timeouts.stallBytesPerSecond", \.aws.timeouts.stallBytesPerSecond,
            "Transfer rate in bytes per second below which a transfer counts as stalled; 0: no limit"),
        .property(
            "aws.retries.maxAttempts", \.aws.retries.maxAttempts,
            "Maximum number of attempts of a request, 1 to 20, including the first; null: AWS_MAX_ATTEMPTS, the "
                + "profile, or 3"
        ),
    ]

    private static let network: [Setting] = [
        .property(
            "network.maxConnections", \.network.maxConnections,
            "Maximum number of open connections, 1 to 4096"),
        .property(
            "network.maxConnectionsPerHost", \.network.maxConnectionsPerHost,
            "Maximum number of open connections to one host"),
        .property(
            "network.maxPendingRequests", \.network.maxPendingRequests,
            "Maximum number of unfinished requests, active or waiting for a connection"),
        .property(
            "network.idleSeconds", \.network.idleSeconds,
            "Maximum idle time of a connection that is used again in seconds, 1 to 3600"),
        .property(
            "network.lifetimeSeconds", \.network.lifetimeSeconds,
            "Maximum age of a connection that is used again in seconds, 1 to 86400"),
        .property(
            "network.caBundle", \.network.caBundle,
            "PEM file of trusted CA certificates; null: AWS_CA_BUNDLE, CURL_CA_BUNDLE, SSL_CERT_FILE, or the "
                + "system's"),
    ]

    private static let daemon: [Setting] = [
        .property(
            "instance.drainOnTermination", \.instance.drainOnTermination,
            "Drain at the announcement of this instance's termination by EC2: spot interruption notice or Auto Scaling "
                + "lifecycle state"),
        .property(
            "start.timeoutSeconds", \.start.timeoutSeconds,
            "Time in seconds in which the first poll must succeed, or the process exits; 0: unlimited, except that it "
                + "exits when the queue does not exist"),
        .choice("log.level", \.log.level, reloads: true, "Minimum log level"),
        .choice(
            "log.pictures", \.worker.pictureLog, reloads: true,
            "all: an entry for each record; failures: no entry, unless log.level is debug or trace, for a record that "
                + "succeeds or needs no work at its first receive and attempt with an undamaged source"),
        .choice(
            "log.format", \.log.format,
            "automatic: journal if stderr is connected to the journal, else text; journal: the journal's native "
                + "protocol, or text if there is no journal; text: lines for people; json: one object per line"
        ),
        .property(
            "health.listen", \.health.listen,
            "Address of the server of /livez, /readyz and /metrics, such as 127.0.0.1:9464, [::1]:9464 or "
                + "/run/pixelated/health.sock; null: off"),
        .property(
            "tracing.endpoint", \.tracing.endpoint,
            "Base URL of an OpenTelemetry collector (OTLP over HTTP), such as http://localhost:4318, to which the "
                + "traces of pictures are sent; null: off"),
        .property(
            "tracing.sampleOneIn", \.tracing.sampleOneIn,
            "Number of pictures of which one is traced; 1: every picture"),
    ]
}
