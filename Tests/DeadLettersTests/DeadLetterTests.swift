// SPDX-License-Identifier: Apache-2.0

import AWS
import DeadLetters
import Support
import Testing
import Worker

struct DeadLetterTests {
    private static let event = LetterBodies.notification("a+b.jpg", "c.jpg")

    /// Returns the attributes of a letter about the second object of `event`.
    private static func attributes() throws -> [String: MessageAttribute] {
        let json = try LetterBodies.record(
            .tooLarge, code: "too-many-pixels", key: "c.jpg", body: "", bodyBytes: event.utf8.count, index: 1)
        return ["pixelated-record": MessageAttribute(json)]
    }

    @Test func `a quarantine record has its failure and its source`() throws {
        let body = try LetterBodies.record(
            .tooLarge, code: "too-many-pixels", key: "a b.jpg", body: Self.event)
        let letter = DeadLetter(id: "1", body: body, time: 10)
        #expect(letter.failure == Failure(error: "too-large", code: "too-many-pixels"))
        #expect(letter.objects == [ObjectReference(bucket: "pictures", key: "a b.jpg")])
        #expect(letter.originalBody == Self.event && letter.record?.body == "" && letter.body == body)
        for name in ["1", "message-1", "a b.jpg", "s3://pictures/a b.jpg"] { #expect(letter.isAbout(name)) }
        #expect(!letter.isAbout("c.jpg"))
    }

    @Test func `a letter with its record in the attributes has its failure and its original body`() throws {
        let attributes = try Self.attributes()
        let letter = DeadLetter(id: "1", body: Self.event, attributes: attributes, time: 10)
        #expect(letter.failure == Failure(error: "too-large", code: "too-many-pixels"))
        #expect(letter.objects == [ObjectReference(bucket: "pictures", key: "c.jpg")])
        #expect(letter.originalBody == Self.event && letter.isAbout("message-1"))
        // The attribute of another body has no meaning.
        #expect(DeadLetter(id: "1", body: Self.event + " ", attributes: attributes).failure == .unknown)
    }

    @Test func `a message that the redrive policy moved has no reason and the sources of its notification`() {
        let letter = DeadLetter(id: "1", body: Self.event)
        #expect(letter.failure == .unknown && letter.record == nil && letter.originalBody == Self.event)
        #expect(letter.objects.map(\.key) == ["a b.jpg", "c.jpg"])
        #expect(letter.name == "s3://pictures/a b.jpg and 1 more")
    }

    @Test func `a letter that was replayed and then moved by the redrive policy has no reason any more`()
        throws
    {
        let attributes = try Self.attributes()
        let letter = DeadLetter(id: "1", body: Self.event, attributes: attributes, isMoved: true)
        #expect(letter.failure == .unknown && letter.earlierRecord?.error == "too-large")
        #expect(letter.objects == [ObjectReference(bucket: "pictures", key: "c.jpg")])
        #expect(DeadLetter(id: "1", body: Self.event, attributes: attributes).earlierRecord == nil)
    }

    @Test func `the letters of a queue tell whether a redrive policy has moved them`() async throws {
        let attributes = try Self.attributes()
        for areMoved in [false, true] {
            let queue = FakeDeadLetterQueue([Self.event], attributes: attributes, areMoved: areMoved)
            var letters = QueueDeadLetters(queue)
            let letter = try #require(try await letters.next().first)
            #expect((letter.record == nil) == areMoved && (letter.earlierRecord != nil) == areMoved)
        }
    }

    @Test func `a record without a key has the source that its index selects in the notification`() throws {
        let body = try LetterBodies.record(.other, code: "X", body: Self.event, index: 1)
        #expect(DeadLetter(id: "1", body: body).objects.map(\.key) == ["c.jpg"])
    }

    @Test(arguments: ["", "no JSON", "{}", #"{"quarantineVersion":1}"#, "\u{1B}[31m"])
    func `a body that is not understood is a letter without sources`(_ body: String) {
        let letter = DeadLetter(id: "id\n", body: body)
        #expect(letter.failure == .unknown && letter.objects == [] && letter.name == "id?")
    }

    @Test func `a selection must match the failure, the key, the bucket and the age`() throws {
        let body = try LetterBodies.record(.corrupt, code: "truncated", key: "a/b.jpg", body: Self.event)
        let letter = DeadLetter(id: "1", body: body, time: 1000)
        func isSelected(_ change: (inout DeadLetterSelection) -> Void) -> Bool {
            var selection = DeadLetterSelection()
            change(&selection)
            return selection.contains(letter, at: 1600)
        }
        #expect(isSelected { _ in })
        for name in ["corrupt", "truncated"] { #expect(isSelected { $0.failures = ["x", name] }) }
        #expect(!isSelected { $0.failures = ["too-large"] })
        #expect(isSelected { $0.sources.include = ["a/*.jpg"] })
        #expect(!isSelected { $0.sources.include = ["b*"] })
        #expect(isSelected { $0.sources.buckets = ["pictures"] })
        #expect(!isSelected { $0.sources.buckets = ["others"] })
        #expect(isSelected { $0.olderThan = .seconds(600) } && !isSelected { $0.olderThan = .seconds(601) })
        #expect(isSelected { $0.newerThan = .seconds(600) } && !isSelected { $0.newerThan = .seconds(599) })
        #expect(!isSelected { ($0.failures, $0.sources.include) = (["corrupt"], ["b*"]) })
    }

    @Test func `groups have the number, the times and an example of their letters, the largest first`() {
        var groups = DeadLetterGroups()
        for time in [5.0, 3, 9] {
            groups.add(
                DeadLetter(id: "\(time)", body: LetterBodies.notification("\(Int(time)).jpg"), time: time))
        }
        for index in 0..<1100 {
            let body = try? LetterBodies.record(.other, code: "code-\(index)", key: "x", body: "")
            groups.add(DeadLetter(id: "r\(index)", body: body ?? ""))
        }
        let sorted = groups.sorted
        #expect(groups.count == 1103 && sorted.count == 1001)
        #expect(sorted[0].failure.error == "others" && sorted[0].count == 101)
        #expect(sorted[1].failure == .unknown && sorted[1].count == 3)
        #expect(sorted[1].oldest == 3 && sorted[1].newest == 9)
        #expect(sorted[1].example == "s3://pictures/5.jpg")
    }
}
