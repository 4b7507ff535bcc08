// SPDX-License-Identifier: Apache-2.0

import S3Events
import Testing

struct SequencerTests {
    @Test(arguments: [
        ("0055", "0056", true), ("0055", "00550", false), ("00FF", "0100", true), ("0a", "0B", true),
    ])
    func `sequencers are ordered as S3 documents it`(a: String, b: String, less: Bool) throws {
        let (first, second) = (try #require(Sequencer(a)), try #require(Sequencer(b)))
        #expect((first < second) == less)
        #expect(!(second < first))
        #expect(first < second || first == second)
    }

    @Test func `sequencers that differ in case or trailing zeros are equal and have one hash`() throws {
        let sequencers = try ["00af", "00AF", "00AF0", "00af00"].map { try #require(Sequencer($0)) }
        #expect(Set(sequencers).count == 1)
        #expect(sequencers.map(\.description) == ["00af", "00AF", "00AF0", "00af00"])
    }

    @Test func `a text that is not 1 to 128 hexadecimal digits is no sequencer`() {
        #expect(Sequencer("") == nil && Sequencer("xyz") == nil)
        #expect(Sequencer(String(repeating: "F", count: 128)) != nil)
        #expect(Sequencer(String(repeating: "F", count: 129)) == nil)
    }
}
