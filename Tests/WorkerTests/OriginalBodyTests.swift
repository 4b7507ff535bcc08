// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import Testing

@testable import Worker

struct OriginalBodyTests {
    private static let notification = #"{"Records":[{"s3":{"object":{"key":"ü\"\\.jpg"}}}]}"#

    /// A quarantine record with `body`, as the quarantine stores it.
    private static func letter(_ body: String, index: Int = 0, bodyBytes: Int? = nil) throws -> String {
        try QuarantineRecord(
            body: body, bodyBytes: bodyBytes, messageID: "m", record: index, error: "corrupt",
            errorCode: "", reason: "", receiveCount: 1,
            milliseconds: .init(wait: 0, get: 0, decode: 0, put: 0, total: 0), host: "", version: ""
        ).json()
    }

    @Test(arguments: [
        notification, "", "hello", "[]", #"{"quarantineVersion":1}"#, #"{"body":"x"}"#,
        #"{"quarantineVersion":"1","body":"x"}"#, #"{"quarantineVersion":1,"body":{}}"#,
        #"["quarantineVersion","body"]"#, #"{"Records":[{"s3":{"object":{"key":"quarantineVersion"}}}]}"#,
        #"{"Records":[{}],"quarantineVersion":1,"body":"{\"Event\":\"s3:TestEvent\"}"}"#,
        #"{"quarantineVersion":1,"body":"{\"Event\":\"s3:TestEvent\"}"}"#,
    ])
    func `a body that is no quarantine record is its own original`(body: String) {
        let original = OriginalBody(of: body)
        #expect(original.text == body && original.record == nil && original.bodyBytes == nil)
    }

    /// The first form of quarantine records had neither `bodyBytes` nor a bucket in records that were not understood.
    @Test(arguments: [
        """
        {"body":"%","error":"corrupt","errorCode":"x","host":"h","messageID":"m","milliseconds":{"decode":0,"get":0,
        "put":0,"total":0,"wait":0},"quarantineVersion":1,"reason":"r","receiveCount":1,"record":3,"version":"1"}
        """,
        """
        {"quarantineVersion":2,"body":"%","record":3,"new":[{}],"error":"corrupt","errorCode":"","host":"",
        "messageID":"m","milliseconds":{"decode":0,"get":0,"put":0,"total":0,"wait":0,"new":0},"reason":"",
        "receiveCount":1,"version":""}
        """,
    ])
    func `every form of a quarantine record gives the body and the index in it`(form: String) throws {
        let encoded = String(decoding: try JSONEncoder().encode(Self.notification), as: UTF8.self)
        let original = OriginalBody(of: form.replacing("\"%\"", with: encoded))
        #expect(original.text == Self.notification && original.record == 3)
    }

    @Test func `a quarantine record without a field of all versions, or with one of a notification, is none`()
        throws
    {
        let letter = try Self.letter(Self.notification)
        let fields = try #require(JSONSerialization.jsonObject(with: Data(letter.utf8)) as? [String: Any])
        func isLetter(_ fields: [String: Any]) throws -> Bool {
            let text = String(decoding: try JSONSerialization.data(withJSONObject: fields), as: UTF8.self)
            let original = OriginalBody(of: text)
            #expect(original.text == text || original.text == Self.notification)
            return original.text == Self.notification
        }
        #expect(try isLetter(fields) && fields.count == 11)
        for name in fields.keys { #expect(try !isLetter(fields.filter { $0.key != name }), "\(name)") }
        for name in ["Records", "Event", "Type", "detail"] {
            for value in ["", NSNull(), [Any]()] as [Any] {
                #expect(try !isLetter(fields.merging([name: value]) { $1 }), "\(name)")
            }
        }
    }

    @Test func `the record in the attributes of a message selects its index, if it is that of the body`()
        throws
    {
        let record = try JSONDecoder().decode(
            QuarantineRecord.self, from: Data(try Self.letter(Self.notification, index: 2).utf8))
        let attributes = try QuarantineAttributes.attributes(of: record)
        let original = OriginalBody(of: Self.notification, attributes: attributes)
        #expect(original.text == Self.notification && original.record == 2 && original.bodyBytes == nil)
        #expect(OriginalBody(of: Self.notification + " ", attributes: attributes).record == nil)
        let letter = try Self.letter(Self.notification, index: 1)
        #expect(OriginalBody(of: letter, attributes: attributes).record == 1)
        for text in ["", "{}", "7"] {
            let forged = ["pixelated-record": MessageAttribute(text)]
            #expect(OriginalBody(of: Self.notification, attributes: forged).record == nil)
        }
    }

    @Test func `quarantine records within each other give the innermost body and index`() throws {
        var body = try Self.letter(Self.notification, index: 2)
        var depth = 1
        while body.utf8.count < 200_000 {
            body = try Self.letter(body)
            depth += 1
            let original = OriginalBody(of: body)
            #expect(original.text == Self.notification && original.record == 2)
        }
        #expect(depth > 5)
    }

    @Test func `a quarantine record with the beginning of a body gives the length of the whole`() throws {
        let cut = try Self.letter(#"{"Records":["#, bodyBytes: 900_000)
        for body in [cut, try Self.letter(cut)] {
            let original = OriginalBody(of: body)
            #expect(original.text == #"{"Records":["# && original.bodyBytes == 900_000)
        }
    }

    @Test func `an index selects one record, and one that does not exist selects all`() throws {
        func selected(_ index: Int) throws -> [Int] {
            let original = OriginalBody(of: try Self.letter(Self.notification, index: index))
            return (0..<3).filter { original.selects($0, of: 3) }
        }
        #expect(try selected(0) == [0] && selected(2) == [2])
        for index in [3, -1, Int.max, Int.min] { #expect(try selected(index) == [0, 1, 2]) }
        #expect((0..<3).allSatisfy { OriginalBody(of: Self.notification).selects($0, of: 3) })
    }
}
