// SPDX-License-Identifier: Apache-2.0

import JPEG
import Testing

/// The ICC profile of a header is tested, which a file stores in numbered fragments.
@Suite struct ProfileTests {
    private func profile(_ file: HeaderFile) throws -> [UInt8]? {
        let file = file.frame().scan().data()
        return try file.header().profile(in: file.bytes)
    }

    @Test func `fragments are joined in the order of their numbers`() throws {
        #expect(try profile(HeaderFile()) == nil)
        #expect(try profile(HeaderFile().profile(1, of: 1, [7])) == [7])
        let file = HeaderFile().profile(3, of: 3, [5]).profile(1, of: 3, [1, 2]).comment("between")
        #expect(try profile(file.profile(2, of: 3, [3, 4])) == [1, 2, 3, 4, 5])
    }

    @Test func `fragments may be counted from 0`() throws {
        #expect(try profile(HeaderFile().profile(0, of: 1, [7])) == [7])
        let file = HeaderFile().profile(1, of: 3, [2]).profile(2, of: 3, [3]).profile(0, of: 3, [1])
        #expect(try profile(file) == [1, 2, 3])
    }

    @Test func `an incomplete or contradictory profile is dropped with a reason`() throws {
        let broken: [(String, HeaderFile)] = [
            ("missing", HeaderFile().profile(1, of: 2, [1])),
            ("the first missing", HeaderFile().profile(2, of: 2, [1])),
            ("twice", HeaderFile().profile(1, of: 2, [1]).profile(1, of: 2, [1])),
            ("twice and whole", HeaderFile().profile(1, of: 1, [1]).profile(1, of: 1, [2])),
            ("counts differ", HeaderFile().profile(1, of: 2, [1]).profile(2, of: 3, [1])),
            ("counted from 0 and from 1", HeaderFile().profile(0, of: 2, [1]).profile(2, of: 2, [1])),
            ("one too many", HeaderFile().profile(0, of: 1, [1]).profile(1, of: 1, [1])),
            ("number beyond", HeaderFile().profile(2, of: 1, [1])),
            ("no data", HeaderFile().profile(1, of: 1, [])),
            ("no numbers", HeaderFile().segment(0xE2, Array("ICC_PROFILE\0".utf8))),
            ("broken behind whole", HeaderFile().profile(1, of: 1, [1]).profile(0, of: 0, [1])),
        ]
        for (what, file) in broken {
            #expect(try profile(file) == nil, "\(what)")
            #expect(try file.frame().scan().data().header().profileProblem != nil, "\(what)")
        }
        #expect(try HeaderFile().profile(1, of: 1, [1]).frame().scan().data().header().profileProblem == nil)
        #expect(try HeaderFile().frame().scan().data().header().profileProblem == nil)
    }

    @Test func `segments of other kinds are no fragments`() throws {
        let file = HeaderFile().segment(0xE2, Array("MPF\0".utf8)).segment(0xE2, [])
            .segment(0xE1, Array("ICC_PROFILE\0".utf8) + [1, 1, 9])
        #expect(try profile(file) == nil)
        #expect(try profile(file.profile(1, of: 1, [4])) == [4])
    }

    @Test func `a profile has up to 255 fragments and 4 MiB`() throws {
        func file(_ count: Int, _ bytes: Int) -> HeaderFile {
            var file = HeaderFile()
            for number in 1...count {
                file = file.profile(UInt8(number), of: UInt8(count), [UInt8](repeating: 1, count: bytes))
            }
            return file
        }
        func header(_ file: HeaderFile) throws -> JPEGHeader {
            var limits = HeaderFile.limits
            limits.markers = 300
            return try file.frame().scan().data().header(limits)
        }
        #expect(try header(file(255, 10)).profile.count == 255)
        #expect(try header(file(128, 32_768)).profile.count == 128)
        let long = try header(file(128, 32_769))
        #expect(long.profile.isEmpty && long.profileProblem == "4194432 bytes, more than 4194304")
    }
}
