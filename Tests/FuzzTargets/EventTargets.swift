// SPDX-License-Identifier: Apache-2.0

import AWS
import DeadLetters
import Foundation
import S3Events
import Support
import Worker

/// The bodies of SQS messages: notifications in their envelopes, and what is in a quarantine.
enum EventTargets {
    static let events = FuzzTarget(
        name: "events",
        summary: "bodies of messages: S3 notifications, SNS, EventBridge, CloudTrail, s3:TestEvent",
        longest: 8192,
        words: words, seeds: { bodies.flatMap { body in (0..<3).map { [$0] + Array(body.utf8) } } },
        check: { input in
            guard let first = input.first else { return false }
            let keys = KeyEncoding.allCases[Int(first) % KeyEncoding.allCases.count]
            try check(String(decoding: input.dropFirst(), as: UTF8.self), keys)
            return true
        })

    static let deadLetters = FuzzTarget(
        name: "dead-letters", summary: "dead letters, quarantine records and the bodies in them",
        longest: 8192,
        words: words + [
            "\"quarantineVersion\"", "\"body\"", "\"bodyBytes\"", "\"errorCode\"", "\"milliseconds\"",
        ],
        seeds: { (bodies + quarantined(bodies)).map { Array($0.utf8) } },
        check: { input in
            let letter = DeadLetter(id: "id", body: String(decoding: input, as: UTF8.self))
            try require(!letter.name.isEmpty, "a letter without a name")
            for object in letter.objects {
                try require(
                    !object.bucket.isEmpty && (1...1024).contains(object.key.utf8.count),
                    "an object \(object)")
            }
            if let record = letter.record {
                let again = try JSONDecoder().decode(QuarantineRecord.self, from: Data(record.json().utf8))
                try require(again == record, "\(again) is not \(record)")
            }
            return true
        })

    private static func check(_ body: String, _ keys: KeyEncoding) throws {
        let notification: S3Notification
        do { notification = try Envelope.decode(body, keys: keys) } catch { return try check(error) }
        try require(
            notification.isTest == notification.records.isEmpty, "\(notification.records.count) records")
        for record in notification.records {
            switch record {
            case .created(let event): try check(event)
            case .removed(let name), .other(let name): try require(!name.isEmpty, "an event without a name")
            case .unreadable(let error): try check(error)
            }
        }
        // The same notification in an envelope of SNS is the same notification.
        let fields = ["Type": "Notification", "MessageId": "m", "TopicArn": "t", "Message": body]
        let wrapped = String(decoding: try JSONEncoder().encode(fields), as: UTF8.self)
        guard let again = try? Envelope.decode(wrapped, keys: keys) else {
            // An envelope in an envelope is none of the known ones.
            return try require(body.contains("Notification"), "the notification in an envelope is refused")
        }
        try require(events(again) == events(notification), "the notification in an envelope is another one")
    }

    private static func events(_ notification: S3Notification) -> [ObjectEvent?] {
        notification.records.map { record in
            if case .created(let event) = record { event } else { nil }
        }
    }

    private static func check(_ event: ObjectEvent) throws {
        try require((1...1024).contains(event.key.utf8.count), "a key of \(event.key.utf8.count) bytes")
        try require(!event.bucket.isEmpty, "no bucket")
        try require(event.versionID?.utf8.count ?? 0 <= 1024, "a long version id")
        try require(event.eTag?.utf8.count ?? 0 <= 128, "a long ETag")
        try require(event.size ?? 0 >= 0, "the size \(event.size ?? 0)")
        try require(event.time?.isFinite ?? true, "the time \(event.time ?? 0)")
        // A quarantine record has the object as it was decoded, and is processed again.
        let again = try S3Notification(
            quarantinedObject: event.key, bucket: event.bucket, versionID: event.versionID, eTag: event.eTag)
        guard case .created(let object)? = again.records.first else {
            throw FuzzTarget.Violation("no record of the quarantined object")
        }
        try require(
            object.key == event.key && object.bucket == event.bucket && object.versionID == event.versionID
                && object.eTag == event.eTag, "the quarantined object \(object) is not \(event)")
    }

    private static func check(_ error: S3EventsError) throws {
        try require(!error.detail.isEmpty, "an error without a detail")
        try require(error.detail.unicodeScalars.count <= 200, "a long detail")
        try require(error.path.utf8.count <= 4096, "a long path")
    }

    // MARK: Seeds

    private static let words = [
        "\"Records\"", "\"Type\"", "\"Notification\"", "\"Message\"", "\"detail-type\"", "\"detail\"",
        "\"s3\"",
        "\"bucket\"", "\"object\"", "\"key\"", "\"name\"", "\"size\"", "\"eTag\"", "\"versionId\"",
        "\"sequencer\"", "\"eventName\"", "\"eventSource\"", "\"eventVersion\"", "\"requestParameters\"",
        "\"responseElements\"", "\"Event\"", "s3:TestEvent", "aws:s3", "minio:s3", "ceph:s3",
        "ObjectCreated:Put", "s3:ObjectCreated:Put", "ObjectRemoved:Delete", "Object Created", "\\u0000",
        "\\ud83d\\ude00", "%2F", "+", "1e400", "-0", "9223372036854775808", "null", "[]", "{}",
    ]

    private static let bodies: [String] = {
        func record(_ source: String, _ name: String, _ key: String, _ size: String = "1024") -> String {
            """
            {"eventVersion":"2.6","eventSource":"\(source)","awsRegion":"us-east-1",\
            "eventTime":"2026-01-01T00:00:00.000Z","eventName":"\(name)","requestParameters":\
            {"sourceIPAddress":"127.0.0.1"},"s3":{"bucket":{"name":"source"},"object":{"key":"\(key)",\
            "size":\(size),"eTag":"d41d8cd98f","versionId":"v1","sequencer":"0055AED6DCD9"}}}
            """
        }
        let eventBridge = """
            {"version":"0","detail-type":"Object Created","source":"aws.s3","time":"2026-01-01T00:00:00Z",\
            "detail":{"version":"0","bucket":{"name":"source"},"object":{"key":"a.jpg","size":7,"etag":"e",\
            "version-id":"v","sequencer":"00AA"},"reason":"PutObject"}}
            """
        let call = """
            {"eventVersion":"1.11","eventTime":"2026-01-01T00:00:00Z","eventSource":"s3.amazonaws.com",\
            "eventName":"PutObject","requestParameters":{"bucketName":"source","key":"a.jpg"},\
            "responseElements":{"x-amz-version-id":"v2"},"errorCode":""}
            """
        let plain = [
            "{\"Records\":[\(record("aws:s3", "ObjectCreated:Put", "a+b%2Fc.jpg"))]}",
            "{\"Records\":[\(record("minio:s3", "s3:ObjectCreated:Put", "a.jpg", "\"7\"")),"
                + "\(record("ceph:s3", "ObjectRemoved:Delete", "a.jpg"))]}",
            eventBridge, "{\"Records\":[\(call)]}",
            "{\"version\":\"0\",\"detail-type\":\"AWS API Call via CloudTrail\",\"detail\":\(call)}",
            "{\"Service\":\"Amazon S3\",\"Event\":\"s3:TestEvent\",\"Bucket\":\"source\"}",
        ]
        // The longest key of S3, and one that is longer.
        let long = [1024, 1025].map { count in
            let key = "%6B" + String(repeating: "k", count: count - 1)
            return "{\"Records\":[\(record("aws:s3", "ObjectCreated:Put", key))]}"
        }
        let wrapped = plain.prefix(3).map { "{\"Type\":\"Notification\",\"Message\":\($0.jsonString)}" }
        return plain + long + wrapped
    }()

    private static func quarantined(_ bodies: [String]) -> [String] {
        bodies.prefix(2).flatMap { body in
            ["", ",\"bodyBytes\":90000"].map { bytes in
                """
                {"quarantineVersion":1,"body":\(body.jsonString)\(bytes),"messageID":"m","record":0,\
                "bucket":"source","key":"a.jpg","versionID":"v","eTag":"e","error":"corrupt","errorCode":"corrupt",\
                "reason":"r","receiveCount":5,"milliseconds":{"wait":1,"get":2,"decode":3,"put":4,"total":10},\
                "host":"h","version":"0.1"}
                """
            }
        }
    }
}
