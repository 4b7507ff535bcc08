// SPDX-License-Identifier: Apache-2.0

import DecoderProcesses
import Pixelation
import Pixels
import Sandbox
import Scripted
import Testing

/// The messages of the channel: round trips, and random and changed bytes.
@Suite struct MessageTests {
    private static func body(_ message: [UInt8]) throws -> [UInt8] {
        let length = try MessageReader.length(Array(message.prefix(4)), maximum: 1 << 24)
        #expect(length == message.count - 4)
        return Array(message.dropFirst(4))
    }

    private static func options(_ random: inout SplitMix) -> PixelationOptions {
        var options = PixelationOptions()
        options.sizes = Array((1...256).shuffled(using: &random).prefix(.random(in: 1...16, using: &random)))
        options.truncated = TruncationPolicy.allCases.randomElement(using: &random) ?? .refuse
        options.metadata = MetadataPolicy.allCases.randomElement(using: &random) ?? .upright
        options.output = OutputFormatPolicy.allCases.randomElement(using: &random) ?? .same
        options.limits.bytes = .random(in: 1...1 << 30, using: &random)
        options.limits.pixels = .random(in: 1...4_290_250_000, using: &random)
        options.limits.scans = .random(in: 1...10_000, using: &random)
        options.limits.scanWork = .random(in: 1...1_000_000_000_000, using: &random)
        options.limits.frames = .random(in: 1...65_536, using: &random)
        options.limits.markers = .random(in: 1...1_000_000, using: &random)
        options.limits.memoryBytes = .random(in: 1 << 20...64 << 30, using: &random)
        options.limits.damagedPercent = .random(in: 0...100, using: &random)
        options.limits.seconds = .random(in: 1...3600, using: &random)
        return options
    }

    private static func answer(
        _ expected: AnswerMessage.Expectation, _ random: inout SplitMix
    ) -> AnswerMessage {
        if Bool.random(using: &random) {
            let kinds: [PixelationError.Kind] = [.corrupt, .truncated, .deadline, .internal, .tooMuchDamage]
            let kind = kinds.randomElement(using: &random) ?? .corrupt
            let text = String(repeating: "ä", count: .random(in: 0...512, using: &random))
            return AnswerMessage(number: expected.number, result: .failure(PixelationError(kind, text)))
        }
        let damage = [Damage.Kind.truncated, .corruptData].shuffled(using: &random)
            .prefix(.random(in: 0...2, using: &random))
            .map { Damage($0, "\($0)", percent: Bool.random() ? nil : 100) }
        let grids = expected.sizes.map { size in
            Grid(
                size: size, color: expected.color,
                samples: (0..<size * size * expected.color.bands).map { _ in
                    UInt8(truncatingIfNeeded: random.next())
                })
        }
        let profile = (0..<Int.random(in: 0...expected.profileBytes, using: &random)).map { _ in
            UInt8(truncatingIfNeeded: random.next())
        }
        return AnswerMessage(
            number: expected.number,
            result: .success(
                Reduction(grids: grids, damage: damage, profile: profile.isEmpty ? nil : profile)))
    }

    @Test func `messages are read as they were written`() throws {
        var random = SplitMix(seed: 7)
        for _ in 0..<300 {
            let hello = HelloMessage(
                mappingBytes: .random(in: 1...1 << 40, using: &random),
                memoryLimit: .random(in: 0...1 << 48, using: &random),
                keptBytes: .random(in: 0...1 << 30, using: &random), parent: 12345)
            #expect(try HelloMessage(body: Self.body(hello.message)) == hello)
            #expect(hello.message.count <= HelloMessage.maximumBytes)
            let errors = (0..<SandboxReport.byteCount).map { _ in UInt8.random(in: 0...133, using: &random) }
            let ready = ReadyMessage(report: try #require(SandboxReport(bytes: errors)))
            #expect(try ReadyMessage(body: Self.body(ready.message)) == ready)
            #expect(ready.message.count == 4 + ReadyMessage.bodyBytes)
            let request = RequestMessage(
                number: random.next(), fileBytes: .random(in: 0...1 << 30, using: &random),
                options: Self.options(&random), nanoseconds: .random(in: 0...Int64.max, using: &random))
            let body = try Self.body(request.message)
            #expect(try RequestMessage(body: body, mappingBytes: 1 << 30) == request)
            #expect(body.count <= RequestMessage.maximumBytes)
            let expected = AnswerMessage.Expectation(
                number: request.number, sizes: [3, 8],
                color: ColorModel.allCases.randomElement(using: &random) ?? .gray,
                profileBytes: .random(in: 0...9, using: &random))
            let answer = Self.answer(expected, &random)
            let answerBody = try Self.body(answer.message)
            #expect(try AnswerMessage(body: answerBody, expected: expected).result == answer.result)
            #expect(answerBody.count <= expected.maximumBytes)
        }
    }

    @Test func `the colours of cells and the pixels that differ are read as they were written`() throws {
        var random = SplitMix(seed: 11)
        var request = RequestMessage(
            number: 1, fileBytes: 10, options: Self.options(&random), nanoseconds: 1)
        request.samplesCells = true
        request.options.sizes = [3]
        #expect(try RequestMessage(body: Self.body(request.message), mappingBytes: 10) == request)
        request.options.sizes = [3, 8]
        #expect(throws: MessageError.self) {
            try RequestMessage(body: Self.body(request.message), mappingBytes: 10)
        }
        var expected = AnswerMessage.Expectation(number: 1, sizes: [3], color: .rgb)
        expected.samplesCells = true
        let grid = Grid(size: 3, color: .rgb, samples: Array(0..<27))
        for differences in [CellDifferences(), .init(count: 7, first: .init(frame: 2, x: 30, y: 40))] {
            var reduction = Reduction(grids: [grid], damage: [])
            reduction.differences = differences
            let body = try Self.body(AnswerMessage(number: 1, result: .success(reduction)).message)
            #expect(try AnswerMessage(body: body, expected: expected).result == .success(reduction))
            #expect(body.count <= expected.maximumBytes)
            for length in 0..<body.count {
                #expect(throws: MessageError.self) {
                    try AnswerMessage(body: Array(body.prefix(length)), expected: expected)
                }
            }
        }
    }

    @Test func `a request for more bytes than the memory has is refused`() throws {
        var random = SplitMix(seed: 8)
        let request = RequestMessage(
            number: 1, fileBytes: 4097, options: Self.options(&random), nanoseconds: 1)
        let body = try Self.body(request.message)
        #expect(throws: MessageError.self) { try RequestMessage(body: body, mappingBytes: 4096) }
        #expect(try RequestMessage(body: body, mappingBytes: 4097) == request)
    }

    @Test func `lengths outside the limits are refused`() {
        #expect(throws: MessageError.self) { try MessageReader.length([0, 0, 0, 0], maximum: 10) }
        #expect(throws: MessageError.self) { try MessageReader.length([11, 0, 0, 0], maximum: 10) }
        #expect(throws: MessageError.self) { try MessageReader.length([1, 0, 0, 0x80], maximum: 10) }
        #expect(throws: MessageError.self) { try MessageReader.length([1, 0, 0], maximum: 10) }
        #expect((try? MessageReader.length([10, 0, 0, 0], maximum: 10)) == 10)
    }

    /// The properties that every answer has which the reader accepts, whoever wrote it.
    private static func check(_ body: [UInt8], _ expected: AnswerMessage.Expectation) -> Bool {
        guard let answer = try? AnswerMessage(body: body, expected: expected) else { return false }
        #expect(answer.number == expected.number)
        switch answer.result {
        case .success(let reduction):
            #expect(reduction.grids.map(\.size) == expected.sizes)
            #expect(reduction.grids.allSatisfy { $0.color == expected.color })
            #expect(Set(reduction.damage.map(\.kind)).count == reduction.damage.count)
            for damage in reduction.damage {
                #expect(damage.detail.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
                #expect((0...100).contains(damage.percent ?? 0))
            }
        case .failure(let error):
            #expect(error.detail.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
            #expect(error.detail.unicodeScalars.count <= 1024)
            let own: [PixelationError.Kind] = [
                .cancelled, .decoderCrashed, .decoderOutOfMemory, .decoderGarbage, .decoderUnavailable,
            ]
            #expect(!own.contains(error.kind))
        }
        return true
    }

    @Test func `changed, cut and extended answers are refused or are valid answers`() throws {
        var random = SplitMix(seed: 9)
        var accepted = 0
        for round in 0..<20_000 {
            let expected = AnswerMessage.Expectation(
                number: 0x0102, sizes: [1, 2], color: .rgb, profileBytes: 3)
            var body = try Self.body(Self.answer(expected, &random).message)
            switch round % 4 {
            case 0:
                body[.random(in: 0..<body.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
            case 1:
                body.removeLast(.random(in: 1...body.count, using: &random))
                #expect(!Self.check(body, expected))
            case 2:
                body.append(UInt8(truncatingIfNeeded: random.next()))
                #expect(!Self.check(body, expected))
            default:
                for _ in 0..<5 {
                    let at = Int.random(in: 0..<min(body.count, 24), using: &random)
                    body[at] = UInt8(truncatingIfNeeded: random.next())
                }
            }
            if Self.check(body, expected) { accepted += 1 }
        }
        #expect(accepted > 1000)
    }

    @Test func `random bytes are refused as every message`() throws {
        var random = SplitMix(seed: 10)
        let expected = AnswerMessage.Expectation(number: 1, sizes: [8], color: .rgb)
        for round in 0..<20_000 {
            var body = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                UInt8(truncatingIfNeeded: random.next())
            }
            if !body.isEmpty { body[0] = UInt8(truncatingIfNeeded: round % 5) }
            #expect(!Self.check(body, expected))
            #expect((try? HelloMessage(body: body)) == nil)
            #expect((try? RequestMessage(body: body, mappingBytes: 1 << 30)) == nil)
            if let ready = try? ReadyMessage(body: body) {
                #expect(ready.message == [UInt8(body.count), 0, 0, 0] + body)
            }
        }
    }
}
