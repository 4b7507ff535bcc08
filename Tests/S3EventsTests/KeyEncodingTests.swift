// SPDX-License-Identifier: Apache-2.0

import S3Events
import Testing

struct KeyEncodingTests {
    @Test(arguments: [
        ("my+photos/a%2Bb+%C3%BC.jpg", "my photos/a+b ü.jpg"), ("a%252Fb.jpg", "a%2Fb.jpg"),
        ("a%2Fb.jpg", "a/b.jpg"), ("100%25.jpg", "100%.jpg"), ("%2B.jpg", "+.jpg"),
    ])
    func `a key in a notification of S3 or MinIO is form-decoded once`(encoded: String, key: String) throws {
        #expect(try onlyEvent(Envelope.decode(s3Body([encoded]))).key == key)
        #expect(try onlyEvent(Envelope.decode(s3Body([encoded], source: "minio:s3"))).key == key)
    }

    @Test(arguments: ["a+b.jpg", "100%.jpg", "a%2Fb.jpg", "a:b ü.jpg"])
    func `a key in an event of EventBridge or Ceph is not decoded`(key: String) throws {
        #expect(try onlyEvent(Envelope.decode(eventBridge(key: key))).key == key)
        #expect(try onlyEvent(Envelope.decode(s3Body([key], source: "ceph:s3"))).key == key)
    }

    @Test func `a fixed encoding takes precedence over that of the dialect`() throws {
        #expect(try onlyEvent(Envelope.decode(eventBridge(key: "a+b.jpg"), keys: .form)).key == "a b.jpg")
        #expect(try onlyEvent(Envelope.decode(s3Body(["a+b.jpg"]), keys: .raw)).key == "a+b.jpg")
    }

    @Test func `a key of more than 1024 bytes or without bytes is an error`() throws {
        let longest = String(repeating: "k", count: 1024)
        #expect(try onlyEvent(Envelope.decode(s3Body([longest]))).key == longest)
        for key in ["", longest + "k", "%FF"] {
            guard case .unreadable(let error) = try Envelope.decode(s3Body([key])).records[0] else {
                Issue.record("read: \(key)")
                continue
            }
            #expect(error.kind == .invalidKey)
        }
    }
}
