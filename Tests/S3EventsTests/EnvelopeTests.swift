// SPDX-License-Identifier: Apache-2.0

import S3Events
import Testing

struct EnvelopeTests {
    @Test func `an S3 notification and an EventBridge event give all fields of the object`() throws {
        #expect(
            try onlyEvent(Envelope.decode(s3Body()))
                == ObjectEvent(
                    bucket: "source", key: "a.jpg", versionID: "v1", eTag: "d41d8cd98f", size: 1024,
                    sequencer: Sequencer("0055AED6DCD9"), time: 1_767_225_600))
        #expect(
            try onlyEvent(Envelope.decode(eventBridge()))
                == ObjectEvent(
                    dialect: .eventBridge, bucket: "source", key: "a.jpg", versionID: "v", eTag: "e",
                    size: 7, sequencer: Sequencer("00AA"), time: 1_767_225_600))
    }

    @Test func `a notification inside an SNS message is decoded like the one outside`() throws {
        #expect(try Envelope.decode(inSNS(s3Body())) == Envelope.decode(s3Body()))
        #expect(try Envelope.decode(inSNS(eventBridge())) == Envelope.decode(eventBridge()))
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
        ("", S3EventsError.Kind.notJSON), ("not json", .notJSON), ("[]", .notJSON),
        ("{\"Records\":", .notJSON),
        ("{}", .unknownShape), ("{\"Records\":[]}", .unknownShape), ("{\"Records\":{}}", .unknownShape),
        ("{\"hello\":\"world\"}", .unknownShape), ("{\"Records\":null}", .unknownShape),
        ("{\"detail\":{}}", .unknownShape), ("{\"detail\":3}", .unknownShape),
        ("{\"Type\":\"SubscriptionConfirmation\",\"Message\":\"m\"}", .unknownShape),
        ("{\"Event\":\"s3:OtherEvent\"}", .unknownShape),
    ])
    func `a body that is not understood is an error and not an empty notification`(
        body: String, kind: S3EventsError.Kind
    ) throws {
        let error = #expect(throws: S3EventsError.self) { try Envelope.decode(body) }
        #expect(error?.kind == kind, "\(body)")
        let wrapped = try inSNS(body)
        #expect(throws: S3EventsError.self) { try Envelope.decode(wrapped) }
    }

    /// A decoder reads one of the two, and the message is deleted with the other.
    @Test func `a body with two notifications is an error`() throws {
        func fields(_ body: String) -> Substring { body.dropFirst().dropLast() }
        let (records, event) = (fields(s3Body(["a.jpg"])), fields(eventBridge()))
        let (sns, test) = (fields(try inSNS(s3Body(["b.jpg"]))), fields(testEvent))
        for (first, second) in [
            (records, fields(s3Body(["b.jpg"]))), (records, #""\u0052ecords":[0]"#), (records, event),
            (event, event), (sns, sns), (sns, records), (event, sns),
        ] {
            for body in ["{\(first),\(second)}", "{\(second),\(first)}"] {
                let error = #expect(throws: S3EventsError.self) { try Envelope.decode(body) }
                #expect(error?.kind == .unknownShape, "\(body)")
                let wrapped = try inSNS(body)
                #expect(throws: S3EventsError.self) { try Envelope.decode(wrapped) }
            }
        }
        for notification in [records, event] {
            let decoded = try Envelope.decode("{\(test),\(notification)}")
            #expect(try onlyEvent(decoded).key == "a.jpg" && !decoded.isTest)
        }
        #expect(try onlyEvent(Envelope.decode(#"{"x":1,"x":2,"Message":"m",\#(records)}"#)).key == "a.jpg")
    }

    @Test func `a notification of more than 256 records is an error that names their number`() throws {
        let many = Array(repeating: "0", count: 256).joined(separator: ",")
        #expect(try Envelope.decode("{\"Records\":[\(many)]}").records.count == 256)
        let error = #expect(throws: S3EventsError.self) {
            try Envelope.decode("{\"Records\":[\(many),0]}")
        }
        #expect(error?.kind == .tooManyRecords && error?.description.contains("257") == true)
    }
}
