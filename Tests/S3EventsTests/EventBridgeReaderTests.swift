// SPDX-License-Identifier: Apache-2.0

import S3Events
import Testing

struct EventBridgeReaderTests {
    @Test func `an event of another service is an error`() {
        #expect(throws: S3EventsError.self) { try Envelope.decode(eventBridge(source: "aws.ec2")) }
    }

    @Test func `the type of an event decides between created, removed and other`() throws {
        #expect(
            try Envelope.decode(eventBridge(type: "Object Deleted")).records
                == [.removed(name: "Object Deleted")])
        #expect(
            try Envelope.decode(eventBridge(type: "Object Tags Added")).records
                == [.other(name: "Object Tags Added")])
        #expect(
            try onlyEvent(Envelope.decode(eventBridge(type: "Object Restore Completed"))).key == "a.jpg")
    }

    @Test(arguments: [
        "", "object", "Object Created Twice", "Async Copy Completion", "AWS Service Event via CloudTrail",
        String(repeating: "x", count: 1_000_000),
    ])
    func `an event of an unknown type is an error`(type: String) throws {
        let error = try #require(try onlyError(eventBridge(type: type)))
        #expect(error.kind == .unknownEvent && error.path == "detail-type")
        #expect(error.description.utf8.count < 300)
    }

    @Test(arguments: ["Object Created", "OBJECT CREATED", "object created"])
    func `the letter case of a type makes no difference`(type: String) throws {
        #expect(try onlyEvent(Envelope.decode(eventBridge(type: type))).key == "a.jpg")
    }

    @Test func `an event without a type is a creation unless it has a kind of deletion`() throws {
        let untyped = eventBridge().replacing(#""detail-type":"Object Created","#, with: "")
        #expect(try onlyEvent(Envelope.decode(untyped)).key == "a.jpg")
        let deletion = untyped.replacing(
            #""reason":"PutObject""#, with: #""reason":"DeleteObject","deletion-type":"Permanently Deleted""#)
        #expect(try Envelope.decode(deletion).records == [.removed(name: "Object Deleted")])
    }
}
