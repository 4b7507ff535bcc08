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
}
