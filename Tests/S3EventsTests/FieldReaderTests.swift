// SPDX-License-Identifier: Apache-2.0

import Foundation
import S3Events
import Testing

/// The bounds of the fields of events. Each body is a valid message of SQS, so none can be refused before.
struct FieldReaderTests {
    @Test(
        arguments: [
            ("1024", 1024), (#""1024""#, 1024), ("0", 0), (#""0""#, 0), ("1024.0", 1024), ("1e3", 1000),
            ("9223372036854775807", Int.max), ("-1", nil), (#""-1""#, nil), ("1.5", nil), ("1e400", nil),
            ("1e30", nil), ("99999999999999999999", nil), (#""99999999999999999999""#, nil), (#""""#, nil),
            (#""many""#, nil), ("null", nil), ("true", nil), ("[1]", nil), (#"{"bytes":1}"#, nil),
        ] as [(String, Int?)])
    func `a size of any form is a hint and not a reason to refuse`(size: String, bytes: Int?) throws {
        let event = eventBridge().replacing(#""size":7"#, with: #""size":\#(size)"#)
        if size != "1e400" {
            // Not every parser accepts a number that has no floating-point value.
            #expect(try onlyEvent(Envelope.decode(s3Body(size: size))).size == bytes)
            #expect(try onlyEvent(Envelope.decode(event)).size == bytes)
        } else {
            #expect(throws: Never.self) { try onlyError(s3Body(size: size)) }
        }
    }

    @Test(arguments: ["7", "null", "[]", "{}", "true", #""""#, #""a\u0001b""#, #""a\nb""#])
    func `an ETag, version id or sequencer of an invalid form is dropped`(value: String) throws {
        let body = s3Body().replacing(#""d41d8cd98f""#, with: value).replacing(#""v1""#, with: value)
            .replacing(#""0055AED6DCD9""#, with: value)
        let event = try onlyEvent(Envelope.decode(body))
        #expect(event.eTag == nil && event.versionID == nil && event.sequencer == nil)
        let bridge = eventBridge().replacing(#""e""#, with: value).replacing(#""v""#, with: value)
            .replacing(#""00AA""#, with: value)
        let other = try onlyEvent(Envelope.decode(bridge))
        #expect(other.eTag == nil && other.versionID == nil && other.sequencer == nil)
    }

    @Test func `the version id of an object that was stored without versioning is none`() throws {
        #expect(
            try onlyEvent(Envelope.decode(s3Body().replacing(#""v1""#, with: #""null""#))).versionID == nil)
    }

    @Test func `a hint that exceeds its bound is dropped`() throws {
        func event(_ part: String, _ bytes: Int) throws -> ObjectEvent {
            let value = String(repeating: "A", count: bytes)
            return try onlyEvent(Envelope.decode(s3Body().replacing(part, with: value)))
        }
        #expect(try event("d41d8cd98f", 128).eTag?.utf8.count == 128)
        #expect(try event("d41d8cd98f", 129).eTag == nil)
        #expect(try event("v1", 1024).versionID?.utf8.count == 1024)
        #expect(try event("v1", 1025).versionID == nil)
        #expect(try event("0055AED6DCD9", 128).sequencer != nil)
        #expect(try event("0055AED6DCD9", 129).sequencer == nil)
        #expect(try event("d41d8cd98f", 1_000_000) == event("d41d8cd98f", 129))
    }

    /// One character can consist of any number of Unicode scalars.
    @Test func `the bounds count bytes and not characters`() throws {
        let cluster = "e" + String(repeating: "\u{301}", count: 100_000)
        for part in ["d41d8cd98f", "v1"] {
            let event = try onlyEvent(Envelope.decode(s3Body().replacing(part, with: cluster)))
            #expect(event.eTag == nil || event.versionID == nil)
        }
        for (part, path) in [("\"source\"", "s3.bucket.name"), ("\"a.jpg\"", "s3.object.key")] {
            let error = try onlyError(s3Body().replacing(part, with: "\"\(cluster)\""))
            #expect(error?.path == "Records[0].\(path)")
            #expect((error?.description.utf8.count ?? 0) < 300)
        }
    }

    @Test(arguments: [
        (#""""#, "is missing"), ("null", "is missing"), (String(repeating: "b", count: 256), "255 bytes"),
        (#"a/b"#, "slash"), (#"arn:aws:s3:eu-west-1:1:accesspoint/a/b"#, "slash"),
        (#"arn:aws:s3:::b/c"#, "slash"),
        (#"a\r\nb"#, "control"), (#"a\u0000"#, "control"),
    ])
    func `a bucket that cannot be one is an error that names the field`(name: String, problem: String) throws
    {
        let value = name.first == "\"" || name == "null" ? name : "\"\(name)\""
        let s3 = try #require(
            try onlyError(s3Body().replacing("\"name\":\"source\"", with: "\"name\":\(value)")))
        #expect(s3.path == "Records[0].s3.bucket.name" && s3.detail.contains(problem))
        let bridge = eventBridge().replacing("\"name\":\"source\"", with: "\"name\":\(value)")
        #expect(try #require(try onlyError(bridge)).path == "detail.bucket.name")
        let call = cloudTrail().replacing("\"bucketName\":\"source\"", with: "\"bucketName\":\(value)")
        #expect(
            try #require(try onlyError(cloudTrailEvent(call))).path == "detail.requestParameters.bucketName")
    }

    @Test func `the ARN of an access point can be the bucket of an event`() throws {
        let arn = "arn:aws:s3:eu-west-1:123456789012:accesspoint/pictures"
        let event = try onlyEvent(
            Envelope.decode(s3Body().replacing("\"name\":\"source\"", with: "\"name\":\"\(arn)\"")))
        #expect(event.bucket == arn)
    }

    /// The other fields of an event are not kept.
    @Test(arguments: [
        ("us-east-1", "awsRegion"), ("P", "principalId"), ("127.0.0.1", "sourceIPAddress"),
        ("c", "configurationId"), ("1.0", "s3SchemaVersion"),
    ])
    func `a field that is not used may have any length and type`(value: String, field: String) throws {
        let expected = try onlyEvent(Envelope.decode(s3Body()))
        for replacement in ["\"" + String(repeating: "x", count: 500_000) + "\"", "7", "null", "[{}]"] {
            let body = s3Body().replacing("\"\(field)\":\"\(value)\"", with: "\"\(field)\":\(replacement)")
            #expect(body != s3Body())
            #expect(try onlyEvent(Envelope.decode(body)) == expected)
        }
    }

    @Test func `the time of an event is a hint with a fraction or without one`() throws {
        let times: [(String, Double?)] = [
            ("\"2026-01-01T00:00:00.000Z\"", 1_767_225_600), ("\"2026-01-01T00:00:00Z\"", 1_767_225_600),
            ("\"2015-08-30T12:36:00.125Z\"", 1_440_938_160.125), ("\"2026-01-01T00:00:00+01:00\"", nil),
            ("\"2026-13-01T00:00:00Z\"", nil), ("\"2026-01-01 00:00:00Z\"", nil),
            ("\"2026-01-01T00:00:00.x0Z\"", nil), ("\"+026-01-01T00:00:00Z\"", nil), ("\"Z\"", nil),
            ("\"2026-01-01T00:00:00.001e4000Z\"", nil), ("\"2026-01-01T00:00:00.0x1p9Z\"", nil),
            ("\"\"", nil), ("7", nil), ("[{}]", nil), ("null", nil),
        ]
        for (text, time) in times {
            let body = s3Body().replacing("\"2026-01-01T00:00:00.000Z\"", with: text)
            #expect(try onlyEvent(Envelope.decode(body)).time == time, "\(text)")
            let bridge = eventBridge().replacing("\"2026-01-01T00:00:00Z\"", with: text)
            #expect(try onlyEvent(Envelope.decode(bridge)).time == time, "\(text)")
        }
    }
}
