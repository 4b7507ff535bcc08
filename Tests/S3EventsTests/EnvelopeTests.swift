// SPDX-License-Identifier: Apache-2.0

import Foundation
import S3Events
import Testing

/// As AWS documents it (S3 User Guide, "Event message structure"), with what a test wants to vary.
func s3Body(
    _ keys: [String] = ["a.jpg"], source: String = "aws:s3", name: String = "ObjectCreated:Put",
    version: String = "2.6"
) -> String {
    let records = keys.map { key in
        """
        {"eventVersion":"\(version)","eventSource":"\(source)","awsRegion":"us-east-1",
         "eventTime":"2026-01-01T00:00:00.000Z","eventName":"\(name)","userIdentity":{"principalId":"P"},
         "requestParameters":{"sourceIPAddress":"127.0.0.1"},
         "s3":{"s3SchemaVersion":"1.0","configurationId":"c","bucket":{"name":"source",
         "ownerIdentity":{"principalId":"P"},"arn":"arn:aws:s3:::source"},
         "object":{"key":"\(key)","size":1024,"eTag":"d41d8cd98f","versionId":"v1","sequencer":"0055AED6DCD9"}}}
        """
    }
    return "{\"Records\":[\(records.joined(separator: ","))]}"
}

func inSNS(_ message: String) throws -> String {
    let fields = ["Type": "Notification", "MessageId": "m", "TopicArn": "t", "Message": message]
    return String(decoding: try JSONEncoder().encode(fields), as: UTF8.self)
}

func eventBridge(key: String = "a.jpg", type: String = "Object Created", source: String = "aws.s3") -> String
{
    """
    {"version":"0","id":"i","detail-type":"\(type)","source":"\(source)","account":"1",
     "time":"2026-01-01T00:00:00Z","region":"us-east-1","resources":["arn:aws:s3:::source"],
     "detail":{"version":"0","bucket":{"name":"source"},"object":{"key":"\(key)","size":7,"etag":"e",
     "version-id":"v","sequencer":"00AA"},"request-id":"r","reason":"PutObject"}}
    """
}

func onlyEvent(_ notification: S3Notification) throws -> ObjectEvent {
    try #require(notification.records.count == 1)
    guard case .created(let event) = notification.records[0] else {
        throw S3EventsError(.unknownShape, at: "", "no created record: \(notification.records)")
    }
    return event
}

@Suite struct EnvelopeTests {
    @Test func `an S3 event gives all its fields`() throws {
        let event = try onlyEvent(Envelope.decode(s3Body()))
        #expect(
            event
                == ObjectEvent(
                    time: "2026-01-01T00:00:00.000Z", bucket: "source", key: "a.jpg", versionID: "v1",
                    eTag: "d41d8cd98f", size: 1024, sequencer: Sequencer("0055AED6DCD9")))
    }

    @Test func `several records stay several, and a bad one does not take the others along`() throws {
        let notification = try Envelope.decode(s3Body(["a.jpg", "%zz", "b.jpg"]))
        #expect(notification.records.count == 3)
        guard case .unreadable(let error) = notification.records[1] else {
            Issue.record("the bad record was read")
            return
        }
        #expect(error.kind == .invalidKey && error.path == "Records[1].s3.object.key")
        guard case .created(let last) = notification.records[2] else {
            Issue.record("the record after the bad one is lost")
            return
        }
        #expect(last.key == "b.jpg")
    }

    @Test func `an error quotes no more of a message than people read`() throws {
        let long = "e" + String(repeating: "\u{301}", count: 50_000)
        let notification = try Envelope.decode(#"{"Records":[{"eventSource":"\#(long)"}]}"#)
        guard case .unreadable(let error) = notification.records[0] else {
            Issue.record("\(notification.records[0])")
            return
        }
        #expect(error.description.utf8.count < 1000)
    }

    @Test func `more records than anybody sends are not read`() throws {
        let many = Array(repeating: "0", count: 256).joined(separator: ",")
        #expect(try Envelope.decode("{\"Records\":[\(many)]}").records.count == 256)
        let error = #expect(throws: S3EventsError.self) {
            try Envelope.decode("{\"Records\":[\(many),0]}")
        }
        #expect(error?.kind == .tooManyRecords && error?.description.contains("257") == true)
    }

    @Test func `a record of another type is unreadable, its neighbours are not`() throws {
        let good = s3Body().dropFirst("{\"Records\":[".count).dropLast(2)
        let notification = try Envelope.decode("{\"Records\":[7,{\"s3\":\"x\"},\(good)]}")
        #expect(notification.records.count == 3)
        for bad in notification.records.prefix(2) {
            guard case .unreadable(let error) = bad else {
                Issue.record("read: \(bad)")
                continue
            }
            #expect(error.kind == .invalidRecord)
        }
    }

    @Test(arguments: [
        ("my+photos/a%2Bb+%C3%BC.jpg", "my photos/a+b ü.jpg"), ("a%252Fb.jpg", "a%2Fb.jpg"),
        ("a%2Fb.jpg", "a/b.jpg"), ("100%25.jpg", "100%.jpg"), ("%2B.jpg", "+.jpg"),
    ])
    func `a key of S3 is form-decoded exactly once`(encoded: String, key: String) throws {
        #expect(try onlyEvent(Envelope.decode(s3Body([encoded]))).key == key)
        #expect(try onlyEvent(Envelope.decode(s3Body([encoded], source: "minio:s3"))).key == key)
    }

    @Test(arguments: ["a+b.jpg", "100%.jpg", "a%2Fb.jpg", "a:b ü.jpg"])
    func `a key of EventBridge or Ceph is taken as it is`(key: String) throws {
        #expect(try onlyEvent(Envelope.decode(eventBridge(key: key))).key == key)
        #expect(try onlyEvent(Envelope.decode(s3Body([key], source: "ceph:s3"))).key == key)
    }

    @Test func `the encoding of keys can be decided by configuration`() throws {
        #expect(try onlyEvent(Envelope.decode(eventBridge(key: "a+b.jpg"), keys: .form)).key == "a b.jpg")
        #expect(try onlyEvent(Envelope.decode(s3Body(["a+b.jpg"]), keys: .raw)).key == "a+b.jpg")
    }

    @Test func `SNS is unwrapped around S3, EventBridge and the test event`() throws {
        #expect(try Envelope.decode(inSNS(s3Body())).carrier == .sns)
        let bridged = try Envelope.decode(inSNS(eventBridge()))
        #expect(bridged.carrier == .eventBridgeInSNS)
        #expect(try onlyEvent(bridged).dialect == .eventBridge)
        #expect(try onlyEvent(bridged).sequencer == Sequencer("00AA"))
        #expect(try Envelope.decode(inSNS(testEvent)).isTest)
    }

    private let testEvent = """
        {"Service":"Amazon S3","Event":"s3:TestEvent","Time":"t","Bucket":"b","RequestId":"r","HostId":"h"}
        """

    @Test func `the test event is recognised and has no records`() throws {
        let notification = try Envelope.decode(testEvent)
        #expect(notification.isTest && notification.records.isEmpty)
    }

    @Test(arguments: [
        "ObjectRemoved:Delete", "ObjectRemoved:DeleteMarkerCreated", "s3:ObjectRemoved:Delete",
        "LifecycleExpiration:Delete",
    ])
    func `removals are told apart`(name: String) throws {
        guard case .removed = try Envelope.decode(s3Body(name: name)).records[0] else {
            Issue.record("not removed: \(name)")
            return
        }
    }

    @Test(arguments: ["ObjectTagging:Put", "ObjectAcl:Put", "ReducedRedundancyLostObject", "NewThing:Of2030"])
    func `foreign events are told apart`(name: String) throws {
        #expect(try Envelope.decode(s3Body(name: name)).records == [.other(name: name)])
    }

    @Test func `MinIO and Ceph spell event names with a prefix, restores count as created`() throws {
        let minio = s3Body(source: "minio:s3", name: "s3:ObjectCreated:Put", version: "2.0")
        #expect(try onlyEvent(Envelope.decode(minio)).name == "ObjectCreated:Put")
        #expect(try onlyEvent(Envelope.decode(s3Body(name: "ObjectRestore:Completed"))).key == "a.jpg")
        #expect(
            try Envelope.decode(eventBridge(type: "Object Deleted")).records == [
                .removed(name: "Object Deleted")
            ])
    }

    @Test(arguments: [
        ("", S3EventsError.Kind.notJSON), ("not json", .notJSON), ("[]", .notJSON),
        ("{\"Records\":", .notJSON),
        ("{}", .unknownShape), ("{\"Records\":[]}", .unknownShape), ("{\"Records\":{}}", .unknownShape),
        ("{\"hello\":\"world\"}", .unknownShape), ("{\"Records\":null}", .unknownShape),
        ("{\"detail\":{}}", .unknownShape), ("{\"detail\":3}", .unknownShape),
        ("{\"Type\":\"SubscriptionConfirmation\",\"Message\":\"m\"}", .unknownShape),
        ("{\"Event\":\"s3:OtherEvent\"}", .unknownShape),
    ])
    func `what is not understood is an error, never an empty success`(
        body: String, kind: S3EventsError.Kind
    ) throws {
        let error = #expect(throws: S3EventsError.self) { try Envelope.decode(body) }
        #expect(error?.kind == kind, "\(body)")
        let wrapped = try inSNS(body)
        #expect(throws: S3EventsError.self) { try Envelope.decode(wrapped) }
    }

    @Test func `another service or another major version is not read`() throws {
        #expect(throws: S3EventsError.self) { try Envelope.decode(eventBridge(source: "aws.ec2")) }
        for body in [s3Body(source: "aws:ses"), s3Body(version: "3.0"), s3Body(version: "22.1")] {
            guard case .unreadable = try Envelope.decode(body).records[0] else {
                Issue.record("read: \(body)")
                continue
            }
        }
    }

    @Test(arguments: [
        ("0055", "0056", true), ("0055", "00550", false), ("00FF", "0100", true), ("0a", "0B", true),
    ])
    func `sequencers compare as S3 says`(a: String, b: String, less: Bool) throws {
        let (first, second) = (try #require(Sequencer(a)), try #require(Sequencer(b)))
        #expect((first < second) == less)
        #expect(!(second < first))
        #expect(first < second || first == second)
        #expect(Sequencer("") == nil && Sequencer("xyz") == nil)
    }
}
