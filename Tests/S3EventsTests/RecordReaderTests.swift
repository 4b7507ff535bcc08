// SPDX-License-Identifier: Apache-2.0

import S3Events
import Testing

struct RecordReaderTests {
    @Test func `a record with an invalid key does not affect its neighbours`() throws {
        let notification = try Envelope.decode(s3Body(["a.jpg", "%zz", "b.jpg"]))
        #expect(notification.records.count == 3)
        guard case .unreadable(let error) = notification.records[1] else {
            Issue.record("the invalid record was read")
            return
        }
        #expect(error.kind == .invalidKey && error.path == "Records[1].s3.object.key")
        guard case .created(let last) = notification.records[2] else {
            Issue.record("the record after the invalid one is lost")
            return
        }
        #expect(last.key == "b.jpg")
    }

    @Test func `a record of another JSON type does not affect its neighbours`() throws {
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
        guard case .created = notification.records[2] else {
            Issue.record("the record after the invalid ones is lost")
            return
        }
    }

    @Test func `an error quotes a limited part of the message`() throws {
        let long = "e" + String(repeating: "\u{301}", count: 50_000)
        let notification = try Envelope.decode(#"{"Records":[{"eventSource":"\#(long)"}]}"#)
        guard case .unreadable(let error) = notification.records[0] else {
            Issue.record("\(notification.records[0])")
            return
        }
        #expect(error.description.utf8.count < 1000)
    }

    @Test(arguments: [
        "ObjectRemoved:Delete", "ObjectRemoved:DeleteMarkerCreated", "s3:ObjectRemoved:Delete",
        "LifecycleExpiration:Delete",
    ])
    func `the deletion of an object is not a creation`(name: String) throws {
        guard case .removed = try Envelope.decode(s3Body(name: name)).records[0] else {
            Issue.record("not removed: \(name)")
            return
        }
    }

    @Test func `the event names of MinIO may have a prefix`() throws {
        let minio = s3Body(source: "minio:s3", name: "s3:ObjectCreated:Put", version: "2.0")
        #expect(try onlyEvent(Envelope.decode(minio)).dialect == .minio)
        let other = s3Body(source: "minio:s3", name: "s3:ObjectAccessed:Get")
        #expect(try Envelope.decode(other).records == [.other(name: "ObjectAccessed:Get")])
    }

    @Test func `a completed restore counts as a creation`() throws {
        #expect(try onlyEvent(Envelope.decode(s3Body(name: "ObjectRestore:Completed"))).key == "a.jpg")
    }

    @Test func `another event source or major version makes a record unreadable`() throws {
        for body in [s3Body(source: "aws:ses"), s3Body(version: "3.0"), s3Body(version: "22.1")] {
            guard case .unreadable = try Envelope.decode(body).records[0] else {
                Issue.record("read: \(body)")
                continue
            }
        }
    }

    @Test(arguments: [
        ("d41d8cd98f", "d41d8cd98f"), (#"\"d41d8cd98f\""#, "d41d8cd98f"), (#"\"a\""#, "a"), ("a", "a"),
        (#"\""#, "\""), (#"W/\"a\""#, #"W/"a""#), ("", nil), (#"\"\""#, nil),
    ])
    func `an ETag loses its quotation marks, and an empty one is none`(eTag: String, read: String?) throws {
        #expect(try onlyEvent(Envelope.decode(s3Body(eTag: eTag))).eTag == read)
    }

    @Test func `an event of CloudTrail in a list of records is read beside records of S3`() throws {
        let s3 = s3Body(["b+c.jpg"]).dropFirst("{\"Records\":[".count).dropLast(2)
        let notification = try Envelope.decode("{\"Records\":[\(cloudTrail(key: "b+c.jpg")),\(s3)]}")
        let keys = notification.records.map { record -> String in
            if case .created(let event) = record { event.dialect.rawValue + " " + event.key } else { "" }
        }
        #expect(keys == ["cloudtrail b+c.jpg", "aws-s3 b c.jpg"])
    }
}
