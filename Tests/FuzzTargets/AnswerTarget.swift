// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import Logging
import Support

/// The responses of S3, SQS and STS.
enum AnswerTarget {
    /// A call whose response the input is.
    private enum Call: Int, CaseIterable {
        case get, head, put, delete, list, tags, versioning, notification, lifecycle, ownership
        case receive, deleteMessages, sendMessages, changeVisibility, attributes
        case assumeRole
    }

    private static let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    private static let token = "session/token+that==is-long"

    /// Inputs are the number of the call, the status, and the header lines and the body of the response, with an empty
    /// line between them.
    static let answers = FuzzTarget(
        name: "answers", summary: "the XML and JSON responses of S3, SQS and STS", longest: 4096,
        words: words,
        seeds: { seeds },
        check: { input in
            guard input.count > 2 else { return false }
            let call = Call.allCases[Int(input[0]) % Call.allCases.count]
            let response = response(
                [200, 204, 206, 301, 400, 403, 404, 409, 412, 500, 503][Int(input[1]) % 11], input)
            let result = AsyncCall.result { () async throws in try await check(call, response) }
            try result.get()
            return true
        })

    private static func response(_ status: Int, _ input: [UInt8]) -> Response {
        let rest = input[2...]
        let separator = Array("\n\n".utf8)
        var headers: Headers = [:]
        var body = Array(rest)
        if let end = rest.indices.first(where: { rest[$0...].starts(with: separator) }) {
            for line in String(decoding: rest[..<end], as: UTF8.self).split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2 {
                    headers.add(String(parts[0]), parts[1].trimmingCharacters(in: .whitespaces))
                }
            }
            body = Array(rest[(end + 2)...])
        }
        return Response(status: status, headers: headers, body: body)
    }

    /// A transport that gives one response to every request to a service, and status 404 to the others.
    private struct FixedTransport: Transport {
        let response: Response
        let isRole: Bool

        func send(_ request: Request) async throws(TransportError) -> Response {
            guard isRole, !request.url.host.hasPrefix("sts.") else { return response }
            return Response(status: 404, body: Array("<Error><Code>NoSuchKey</Code></Error>".utf8))
        }
    }

    /// A clock whose pauses take no time.
    private final class FastClock: AWSClock {
        private let elapsed = Locked(Duration.zero)

        func now() -> Double { 1_700_000_000 + elapsed.withLock { $0.inSeconds } }
        func uptime() -> Duration { elapsed.withLock { $0 } }
        func sleep(for duration: Duration) async throws(CancellationError) {
            elapsed.withLock { $0 += duration }
        }
    }

    private static func check(_ call: Call, _ response: Response) async throws {
        var options = AWSOptions()
        options.logIdentity = false
        if call == .assumeRole { options.source.roleARN = "arn:aws:iam::123456789012:role/r" }
        let queue = "https://sqs.eu-west-1.amazonaws.com/123456789012/pictures"
        let host = HostEnvironment(
            environment: [
                "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": secret,
                "AWS_SESSION_TOKEN": token,
                "AWS_REGION": "eu-west-1", "AWS_CONFIG_FILE": "/nonexistent",
                "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
            ], homeDirectory: nil, clock: FastClock(), random: { 0.5 })
        let session = try await AWSSession(
            options, queueURL: queue,
            transport: FixedTransport(response: response, isRole: call == .assumeRole),
            host: host, logger: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() })
        let result: Any
        do {
            result = try await send(call, session.s3(), session.sqs(queueURL: queue), response)
        } catch let error as AWSError {
            return try check(error)
        }
        var dumped = ""
        dump(result, to: &dumped)
        try require(!dumped.contains(secret) || contains(response, secret), "a result has the secret")
    }

    private static func contains(_ response: Response, _ text: String) -> Bool {
        String(decoding: response.body, as: UTF8.self).contains(text)
            || response.headers.fields.contains { $0.value.contains(text) }
    }

    private static func send(
        _ call: Call, _ s3: S3Client, _ sqs: SQSClient, _ response: Response
    ) async throws -> Any {
        let object = ObjectReference(bucket: "pictures", key: "a/b.jpg")
        switch call {
        case .get:
            let found = try await s3.get(object, maximumBytes: 1024)
            try require(found.bytes.count <= 1024, "an object of \(found.bytes.count) bytes")
            return found
        case .head, .assumeRole: return try await s3.head(object)
        case .put:
            return try await s3.put([1, 2, 3], to: object, options: PutOptions(contentType: "image/jpeg"))
        case .delete: return try await s3.delete(object)
        case .list:
            let page = try await s3.list("pictures", prefix: "a", after: "a/a", limit: 1000)
            let keys = page.objects.map { Array($0.key.utf8) }
            try require(keys.allSatisfy { $0.starts(with: "a".utf8) }, "a key without the prefix")
            for (one, next) in zip([Array("a/a".utf8)] + keys, keys) {
                try require(one.lexicographicallyPrecedes(next), "keys that are not in order")
            }
            return page
        case .tags: return try await s3.tags(of: object)
        case .versioning: return try await s3.versioning(of: "pictures")
        case .notification: return try await s3.notification(of: "pictures")
        case .lifecycle:
            let rules = try await s3.lifecycle(of: "pictures")
            return (rules, rules.expireNoncurrentVersions(under: "a/"))
        case .ownership: return try await s3.ownership(of: "pictures") as Any
        case .receive:
            let messages = try await sqs.receive(maxMessages: 10, wait: .zero, visibility: .seconds(30))
            for message in messages {
                try require(
                    (1...128).contains(message.messageID.utf8.count)
                        && !message.messageID.hasControlCharacters,
                    "a message id")
                try require((1...1_000_000).contains(message.receiveCount), "a receive count")
                try require(message.sentAt?.isFinite ?? true, "a time")
            }
            return messages
        case .attributes: return try await sqs.attributes()
        case .deleteMessages, .sendMessages, .changeVisibility:
            let failures =
                switch call {
                case .deleteMessages: try await sqs.delete(["a", "b", "c"])
                case .sendMessages:
                    try await sqs.sendMessages((0..<3).map { OutgoingMessage("b", id: "\($0)") })
                default:
                    try await sqs.changeVisibility(
                        (0..<3).map { VisibilityChange(receiptHandle: "\($0)", timeout: .zero) })
                }
            try require(Set(failures.map(\.index)).count == failures.count, "two failures of an entry")
            for failure in failures {
                try require((0..<3).contains(failure.index), "an entry \(failure.index)")
                try require(
                    failure.code.utf8.count <= 128 && failure.message.utf8.count <= 1024
                        && !failure.message.hasControlCharacters, "the text of a failure")
            }
            return failures
        }
    }

    private static func check(_ error: AWSError) throws {
        let text = error.description
        var dumped = ""
        dump(error, to: &dumped)
        try require(text.utf8.count <= 8192, "an error of \(text.utf8.count) bytes")
        try require(!text.hasControlCharacters, "control characters: \(text)")
        try require(!error.operation.isEmpty, "an error without its operation")
        try require(!dumped.contains(secret) && !text.contains(secret), "an error shows the secret: \(text)")
        try require(
            !dumped.contains(token) && !text.contains(token), "an error shows the session token: \(text)")
    }

    // MARK: Seeds

    private static let words = [
        "<Error><Code>", "</Code>", "<Message>", "<RequestId>", "<ListBucketResult>", "<Contents><Key>",
        "<ETag>",
        "<Size>", "<LastModified>", "<IsTruncated>true</IsTruncated>", "<EncodingType>url</EncodingType>",
        "%2F",
        "<Tagging><TagSet><Tag><Key>", "<Value>", "<NotificationConfiguration>", "<QueueConfiguration>",
        "<LifecycleConfiguration><Rule>", "<NoncurrentVersionExpiration>", "<AssumeRoleResult><Credentials>",
        "<AccessKeyId>", "<SecretAccessKey>", "<SessionToken>", "<Expiration>", "x-amz-request-id: ",
        "etag: \"",
        "x-amz-bucket-region: ", "content-length: ", "date: ", "retry-after: ", "location: https://",
        "\"Messages\"",
        "\"MessageId\"", "\"ReceiptHandle\"", "\"Body\"", "\"MD5OfBody\"", "\"Attributes\"", "\"Failed\"",
        "\"Successful\"", "\"Id\"", "\"SenderFault\"", "\"__type\"", "\"message\"", "x-amzn-errortype: ",
        "x-amz-checksum-crc32c: ", "content-md5: ", "SlowDown", "RequestTimeTooSkewed", "ExpiredToken",
        "SignatureDoesNotMatch", secret, token, "&#x41;", "<![CDATA[", "<!DOCTYPE", "&amp;", "\u{202E}",
    ]

    private static let seeds: [[UInt8]] = {
        func seed(_ call: Call, _ status: UInt8, _ head: String, _ body: String) -> [UInt8] {
            [UInt8(call.rawValue), status] + Array((head + "\n\n" + body).utf8)
        }
        let ids = "x-amz-request-id: R\nx-amz-id-2: I\ndate: Sun, 06 Nov 1994 08:49:37 GMT"
        let error =
            "<Error><Code>AccessDenied</Code><Message>refused \(token)</Message><RequestId>R</RequestId></Error>"
        let page = """
            <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>pictures</Name>\
            <EncodingType>url</EncodingType><KeyCount>2</KeyCount><IsTruncated>false</IsTruncated>\
            <Contents><Key>a/b.jpg</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>"e"</ETag>\
            <Size>7</Size></Contents><Contents><Key>a/c%2Bd.jpg</Key><Size>8</Size></Contents></ListBucketResult>
            """
        let rule = """
            <LifecycleConfiguration><Rule><ID>x</ID><Status>Enabled</Status><Filter><Prefix>a/</Prefix></Filter>\
            <NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays></NoncurrentVersionExpiration></Rule>\
            </LifecycleConfiguration>
            """
        let destinations = """
            <NotificationConfiguration><QueueConfiguration><Id>i</Id><Queue>arn:aws:sqs:eu-west-1:1:q</Queue>\
            <Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule><Name>prefix</Name><Value>a</Value>\
            </FilterRule></S3Key></Filter></QueueConfiguration></NotificationConfiguration>
            """
        let messages = """
            {"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":"b","MD5OfBody":\
            "92eb5ffee6ae2fec3ad71c777531578f","Attributes":{"ApproximateReceiveCount":"2","SentTimestamp":"1"},\
            "MessageAttributes":{"a":{"DataType":"String","StringValue":"v"}}}]}
            """
        let role = """
            <AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>S\
            </SecretAccessKey><SessionToken>T</SessionToken><Expiration>2026-01-01T00:00:00Z</Expiration>\
            </Credentials></AssumeRoleResult></AssumeRoleResponse>
            """
        let failed =
            "{\"Successful\":[{\"Id\":\"0\"}],\"Failed\":[{\"Id\":\"1\",\"Code\":\"X\",\"SenderFault\":true}]}"
        let attributes = """
            {"Attributes":{"QueueArn":"arn:aws:sqs:eu-west-1:1:q","VisibilityTimeout":"30",\
            "RedrivePolicy":"{\\"deadLetterTargetArn\\":\\"arn\\",\\"maxReceiveCount\\":\\"5\\"}"}}
            """
        return Call.allCases.flatMap { [seed($0, 4, ids, error), seed($0, 10, "retry-after: 3", "busy")] } + [
            seed(.get, 0, "\(ids)\netag: \"900150983cd24fb0d6963f7d28e17f72\"\ncontent-length: 3", "abc"),
            seed(.head, 0, "\(ids)\netag: \"e\"\ncontent-length: 3\nx-amz-meta-a: =?UTF-8?B?w6Q=?=", ""),
            seed(.put, 0, "\(ids)\netag: \"5289df737df57326fcdd22597afb1fac\"\nx-amz-version-id: v", ""),
            seed(.list, 0, ids, page), seed(.lifecycle, 0, ids, rule),
            seed(.notification, 0, ids, destinations),
            seed(
                .tags, 0, ids, "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>"),
            seed(
                .versioning, 0, ids,
                "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"),
            seed(
                .ownership, 0, ids,
                "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>"
            ),
            seed(.receive, 0, "x-amzn-requestid: R", messages), seed(.attributes, 0, "", attributes),
            seed(.deleteMessages, 0, "", failed), seed(.sendMessages, 0, "", failed),
            seed(.assumeRole, 0, "", role),
            seed(
                .receive, 4, "x-amzn-query-error: QueueDoesNotExist;Sender",
                "{\"__type\":\"a#B\",\"message\":\"m\"}"),
            seed(
                .get, 3, "\(ids)\nx-amz-bucket-region: eu-central-1",
                "<Error><Code>PermanentRedirect</Code></Error>"),
        ]
    }()
}
