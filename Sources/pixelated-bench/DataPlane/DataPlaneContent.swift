// SPDX-License-Identifier: Apache-2.0

import Digests
import FoundationEssentials
import Glibc
import Support

/// The objects and messages of `DataPlane`, and its responses. It implements what the clients of the benchmark use:
/// GetObject, HeadObject and PutObject with the conditions If-Match and If-None-Match, and of the JSON protocol of SQS
/// ReceiveMessage, DeleteMessage, ChangeMessageVisibility, their batches, GetQueueUrl and GetQueueAttributes.
///
/// Each upload is compared with the expected bytes. Its ETag is a number and not its MD5, so that the server needs
/// little time.
struct DataPlaneContent {
    /// A picture that events name.
    struct Picture {
        var name: String
        var bytes: [UInt8]
        /// The five outputs, which uploads are compared with.
        var outputs: [[UInt8]]
    }

    /// An upload of a picture to the source bucket: its message, and what has become of it. Times are nanoseconds of
    /// the clock of the server.
    struct Event {
        var picture: Int
        var body: [UInt8]
        /// The time from which the message is in the queue.
        var sentAt: UInt64
        /// The times of the first uploads of the outputs; 0 for those that are missing.
        var uploadedAt: [UInt64]
        /// The number of uploads whose bytes are not the expected ones.
        var different = 0
        var receives = 0
        var isDeleted = false
        /// The end of the visibility timeout; 0 while the message is visible.
        var hiddenUntil: UInt64 = 0

        /// The time of the upload of the last output; nil if one is missing.
        var completedAt: UInt64? { uploadedAt.contains(0) ? nil : uploadedAt.max() }
    }

    /// An object in the bucket of outputs.
    private struct Stored {
        var bytes: Int
        var eTag: Int
        var headers: [UInt8]
    }

    static let queue = "pictures"
    static let sourceBucket = "source"
    static let outputBucket = "outputs"
    static let sizes = [8, 16, 32, 48, 64]

    private let pictures: [Picture]
    /// The headers ETag and x-amz-checksum-crc32 of the pictures.
    private let pictureHeaders: [String]
    private let names: [String]
    private(set) var events: [Event] = []
    private(set) var requests = 0
    /// The texts of requests that the server could not answer, of which each is a defect of the benchmark.
    private(set) var refusals: [String] = []
    private var sources: [String: Int] = [:]
    private var expected: [String: (event: Int, output: Int)] = [:]
    private var stored: [String: Stored] = [:]
    private var visible: [Int] = []
    private var nextVisible = 0
    private var hidden: Set<Int> = []
    private var lastETag = 0
    /// The number of messages that have been deleted.
    private(set) var deleted = 0
    /// True to end all long polls at once.
    var answersAtOnce = false

    init(_ pictures: [Picture]) {
        self.pictures = pictures
        names = pictures.map { picture in
            String(decoding: picture.name.utf8.filter(Self.isPlain), as: UTF8.self)
        }
        pictureHeaders = pictures.map { picture in
            let crc = CRC.crc32(picture.bytes)
            let digest = (0..<4).map { UInt8(truncatingIfNeeded: crc >> (24 - 8 * $0)) }
            return "ETag: \"\(Hex.encode(MD5.digest(picture.bytes) ?? []))\"\r\n"
                + "x-amz-checksum-crc32: \(Data(digest).base64EncodedString())\r\nx-amz-checksum-type: FULL_OBJECT\r\n"
        }
    }

    /// Returns true for the letters, digits and signs that a URL contains without escapes.
    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }

    // MARK: Events

    /// Stores a picture in the source bucket under a new key, and puts the message about it into the queue.
    mutating func add(picture: Int, at now: UInt64) {
        let number = events.count
        let key = "photos/\(number)-\(names[picture])"
        let body = """
            {"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-central-1",\
            "eventTime":"2026-01-01T00:00:00.000Z","eventName":"ObjectCreated:Put",\
            "userIdentity":{"principalId":"AWS:AIDAEXAMPLE"},"requestParameters":{"sourceIPAddress":"192.0.2.1"},\
            "responseElements":{"x-amz-request-id":"\(number)","x-amz-id-2":"example"},\
            "s3":{"s3SchemaVersion":"1.0","configurationId":"uploads","bucket":{"name":"\(Self.sourceBucket)",\
            "ownerIdentity":{"principalId":"A3EXAMPLE"},"arn":"arn:aws:s3:::\(Self.sourceBucket)"},\
            "object":{"key":"\(key)","size":\(pictures[picture].bytes.count),\
            "eTag":"\(Hex.encode(MD5.digest(pictures[picture].bytes) ?? []))",\
            "sequencer":"0055AED6DCD90281E5"}}}]}
            """
        events.append(
            Event(
                picture: picture, body: Array(body.utf8), sentAt: now,
                uploadedAt: [UInt64](repeating: 0, count: Self.sizes.count)))
        sources["/\(Self.sourceBucket)/\(key)"] = number
        for (output, size) in Self.sizes.enumerated() {
            let path = "/\(Self.outputBucket)/photos/pixelated-\(size)x\(size)-\(number)-\(names[picture])"
            expected[path] = (number, output)
        }
        visible.append(number)
    }

    // MARK: Requests

    /// Returns the response to a request, and changes the content accordingly.
    mutating func response(
        to request: DataPlaneRequest, _ body: UnsafeRawBufferPointer, at now: UInt64
    ) -> DataPlaneResponse {
        requests += 1
        switch request.method {
        case .post: return queueResponse(request, body, at: now)
        case .put: return upload(request, body, at: now)
        case .get, .head: return object(request)
        }
    }

    private mutating func object(_ request: DataPlaneRequest) -> DataPlaneResponse {
        if let number = sources[request.path] {
            let picture = events[number].picture
            let bytes = pictures[picture].bytes
            return reply(
                200, "Content-Type: image/jpeg\r\n" + pictureHeaders[picture], length: bytes.count,
                body: request.method == .head ? [] : bytes)
        }
        guard let object = stored[request.path], request.method == .head else {
            let isHead = request.method == .head
            return refusal(404, "NoSuchKey", isHead: isHead)
        }
        return reply(
            200, "ETag: \(Self.eTag(object.eTag))\r\n" + String(decoding: object.headers, as: UTF8.self),
            length: object.bytes, body: [])
    }

    private mutating func upload(
        _ request: DataPlaneRequest, _ body: UnsafeRawBufferPointer, at now: UInt64
    ) -> DataPlaneResponse {
        let existing = stored[request.path]
        if request.isForNewObject, existing != nil { return refusal(412, "PreconditionFailed") }
        if let condition = request.ifMatch {
            guard let existing else { return refusal(404, "NoSuchKey") }
            if condition != Self.eTag(existing.eTag) { return refusal(412, "PreconditionFailed") }
        }
        if let (number, output) = expected[request.path] {
            let wanted = pictures[events[number].picture].outputs[output]
            let isEqual = wanted.withUnsafeBytes { wanted in
                guard wanted.count == body.count, let left = wanted.baseAddress, let right = body.baseAddress
                else { return false }
                return memcmp(left, right, wanted.count) == 0
            }
            if !isEqual { events[number].different += 1 }
            if events[number].uploadedAt[output] == 0 { events[number].uploadedAt[output] = now }
        } else {
            refusals.append("PUT \(request.path)")
        }
        lastETag += 1
        stored[request.path] = Stored(bytes: body.count, eTag: lastETag, headers: request.stored)
        return reply(
            200, "ETag: \(Self.eTag(lastETag))\r\n" + String(decoding: request.stored, as: UTF8.self),
            length: 0, body: [])
    }

    private static func eTag(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return "\"" + String(repeating: "0", count: 32 - digits.count) + digits + "\""
    }

    // MARK: The queue

    private mutating func queueResponse(
        _ request: DataPlaneRequest, _ body: UnsafeRawBufferPointer, at now: UInt64
    ) -> DataPlaneResponse {
        guard let operation = request.operation, let call = DataPlaneQueueRequest(body) else {
            return refusal(400, "InvalidAction")
        }
        switch operation {
        case "ReceiveMessage":
            let maximum = call.MaxNumberOfMessages ?? 1
            let visibility = UInt64(call.VisibilityTimeout ?? 30) * 1_000_000_000
            let until = now + UInt64(call.WaitTimeSeconds ?? 0) * 1_000_000_000
            if !hasVisible, until > now, !answersAtOnce {
                return .hold(maximum: maximum, visibility: visibility, until: until)
            }
            return receive(maximum, visibility: visibility, at: now)
        case "DeleteMessage", "DeleteMessageBatch":
            for message in call.messages { delete(message.ReceiptHandle) }
            return json(operation == "DeleteMessage" ? "{}" : Self.successes(call.messages))
        case "ChangeMessageVisibility", "ChangeMessageVisibilityBatch":
            for message in call.messages {
                let seconds = UInt64(message.VisibilityTimeout ?? 0)
                hide(message.ReceiptHandle, until: now + seconds * 1_000_000_000)
            }
            return json(operation == "ChangeMessageVisibility" ? "{}" : Self.successes(call.messages))
        case "GetQueueUrl":
            return json(#"{"QueueUrl":"http://127.0.0.1/000000000000/\#(Self.queue)"}"#)
        case "GetQueueAttributes":
            let waiting = visible.count - nextVisible
            return json(
                #"{"Attributes":{"ApproximateNumberOfMessages":"\#(waiting)","#
                    + #""ApproximateNumberOfMessagesNotVisible":"\#(hidden.count)","VisibilityTimeout":"60"}}"#
            )
        default:
            return refusal(400, "InvalidAction")
        }
    }

    /// True when a ReceiveMessage call would return a message.
    var hasVisible: Bool { nextVisible < visible.count }

    /// Returns the response to a ReceiveMessage call.
    mutating func receive(_ maximum: Int, visibility: UInt64, at now: UInt64) -> DataPlaneResponse {
        var messages: [String] = []
        while messages.count < maximum, hasVisible {
            let number = visible[nextVisible]
            nextVisible += 1
            guard !events[number].isDeleted else { continue }
            events[number].receives += 1
            events[number].hiddenUntil = now + visibility
            hidden.insert(number)
            let body = events[number].body
            let text = String(decoding: body, as: UTF8.self)
            let escaped = text.split(separator: "\"", omittingEmptySubsequences: false).joined(
                separator: "\\\"")
            messages.append(
                #"{"MessageId":"00000000-0000-4000-8000-\#(number + 100_000_000_000)","#
                    + #""ReceiptHandle":"handle-\#(number)-\#(events[number].receives)","#
                    + #""MD5OfBody":"\#(Hex.encode(MD5.digest(body) ?? []))","Body":"\#(escaped)","#
                    + #""Attributes":{"ApproximateReceiveCount":"\#(events[number].receives)","#
                    + #""SentTimestamp":"\#(SystemTime.now * 1000)"}}"#)
        }
        return json(messages.isEmpty ? "{}" : #"{"Messages":["# + messages.joined(separator: ",") + "]}")
    }

    /// Makes messages visible whose visibility timeout has ended.
    mutating func show(at now: UInt64) {
        for number in hidden where events[number].hiddenUntil <= now {
            hidden.remove(number)
            visible.append(number)
        }
    }

    private static func number(_ receiptHandle: String) -> Int? {
        let parts = receiptHandle.split(separator: "-")
        return parts.count == 3 ? Int(parts[1]) : nil
    }

    private mutating func delete(_ receiptHandle: String) {
        guard let number = Self.number(receiptHandle), !events[number].isDeleted else { return }
        events[number].isDeleted = true
        deleted += 1
        hidden.remove(number)
    }

    private mutating func hide(_ receiptHandle: String, until end: UInt64) {
        guard let number = Self.number(receiptHandle), hidden.contains(number) else { return }
        events[number].hiddenUntil = end
    }

    private static func successes(_ entries: [DataPlaneQueueRequest.Entry]) -> String {
        #"{"Successful":["# + entries.map { #"{"Id":"\#($0.Id)"}"# }.joined(separator: ",")
            + #"],"Failed":[]}"#
    }

    // MARK: Responses

    private func json(_ text: String) -> DataPlaneResponse {
        let body = Array(text.utf8)
        return .send(
            head: Array(
                ("HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nx-amzn-RequestId: \(requests)\r\n"
                    + "Content-Length: \(body.count)\r\n\r\n").utf8), body: body)
    }

    private func reply(_ status: Int, _ headers: String, length: Int, body: [UInt8]) -> DataPlaneResponse {
        .send(
            head: Array(
                ("HTTP/1.1 \(status) \(status < 300 ? "OK" : "Error")\r\nx-amz-request-id: \(requests)\r\n"
                    + headers + "Content-Length: \(length)\r\n\r\n").utf8), body: body)
    }

    private func refusal(_ status: Int, _ code: String, isHead: Bool = false) -> DataPlaneResponse {
        let text = "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>\(code)</Message></Error>"
        return reply(
            status, "Content-Type: application/xml\r\n", length: text.utf8.count,
            body: isHead ? [] : Array(text.utf8))
    }
}
