// SPDX-License-Identifier: Apache-2.0

import DecoderProcesses
import Foundation
import Glibc
import Pixelation
import Pixels
import Sandbox
import Support

/// The channel between the service and its decoders. The input arrives over a socket, as from the other process.
enum ChannelTargets {
    /// Inputs are the expectation in 4 bytes, and what a decoder sends.
    static let answers = FuzzTarget(
        name: "decoder-answers", summary: "what a decoder sends to the service", longest: 2048,
        seeds: {
            let grid = Grid(size: 3, color: .rgb, samples: Array(0..<27))
            var reduction = Reduction(
                frames: [[grid], [grid]], damage: [.endsEarly, Damage(.corruptData, "x", percent: 7)],
                profile: [1, 2, 3])
            let plain = AnswerMessage(number: 7, result: .success(reduction))
            reduction = Reduction(grids: [grid], damage: [])
            reduction.differences = CellDifferences(count: 3, first: .init(frame: 0, x: 1, y: 2))
            let sampled = AnswerMessage(number: 7, result: .success(reduction))
            let error = AnswerMessage(number: 7, result: .failure(PixelationError(.corrupt, "text")))
            let ready = ReadyMessage(report: SandboxReport(), unreadable: [.avif])
            return [
                [0, ColorModel.rgb.rawValue, 2, 9] + plain.message,
                [1, ColorModel.rgb.rawValue, 1, 0] + sampled.message,
                [0, 0, 1, 0] + error.message, [0, 0, 0, 0] + ready.message,
            ]
        },
        check: { input in
            guard input.count > 4 else { return false }
            var expected = AnswerMessage.Expectation(
                number: 7, sizes: input[0] & 2 == 0 ? [3] : [1, 2],
                color: ColorModel.allCases[Int(input[1]) % ColorModel.allCases.count],
                frames: Int(input[2]) % 4 + 1, profileBytes: Int(input[3]))
            expected.samplesCells = input[0] & 1 == 1
            for body in try received(Array(input[4...]), maximum: expected.maximumBytes) {
                try check(body, expected)
                try check(ready: body)
            }
            return true
        })

    /// Inputs are what the service sends to a decoder.
    static let requests = FuzzTarget(
        name: "decoder-requests", summary: "what the service sends to a decoder", longest: 1024,
        seeds: {
            var options = PixelationOptions()
            let hello = HelloMessage(mappingBytes: 1 << 20, memoryLimit: 1 << 30, keptBytes: 0, parent: 7)
            var seeds = [hello.message]
            for metadata in MetadataPolicy.allCases {
                options.metadata = metadata
                seeds.append(
                    RequestMessage(number: 7, fileBytes: 9, options: options, nanoseconds: 1_000_000_000)
                        .message)
            }
            return seeds + [seeds.flatMap(\.self)]
        },
        check: { input in
            for body in try received(input, maximum: RequestMessage.maximumBytes) {
                if let request = try? RequestMessage(body: body, mappingBytes: 1 << 20) {
                    try require((0...1 << 20).contains(request.fileBytes), "\(request.fileBytes) bytes")
                    try require(request.nanoseconds >= 0, "\(request.nanoseconds) ns")
                    try require(request.options.problems().isEmpty, "\(request.options.problems())")
                    let again = Array(request.message.dropFirst(MessageReader.lengthBytes))
                    try require(
                        try RequestMessage(body: again, mappingBytes: 1 << 20) == request,
                        "the request changes")
                }
                if let hello = try? HelloMessage(body: body) {
                    try require((1...1 << 40).contains(hello.mappingBytes), "\(hello.mappingBytes) bytes")
                    let again = Array(hello.message.dropFirst(MessageReader.lengthBytes))
                    try require(
                        try again == body && HelloMessage(body: again) == hello, "the message changes")
                }
            }
            return true
        })

    /// Sends bytes through a socket, and returns the bodies of the messages that the other end receives, up to the
    /// first one that is none.
    private static func received(_ bytes: [UInt8], maximum: Int) throws -> [[UInt8]] {
        var ends: [Int32] = [-1, -1]
        try require(
            socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0,
            "no socket")
        defer { for end in ends where end >= 0 { close(end) } }
        try require(send(ends[0], bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count, "a short write")
        close(ends[0])
        ends[0] = -1
        let channel = DecoderChannel(ends[1])
        var bodies: [[UInt8]] = []
        while true {
            let body: [UInt8]
            do {
                body = try channel.receive(maximum: maximum, until: .now + .seconds(5))
            } catch {
                try require(error != .timeout && error != .stopped, "\(error)")
                return bodies
            }
            try require((1...maximum).contains(body.count), "a body of \(body.count) bytes")
            bodies.append(body)
        }
    }

    private static func check(_ body: [UInt8], _ expected: AnswerMessage.Expectation) throws {
        guard let answer = try? AnswerMessage(body: body, expected: expected) else { return }
        try require(answer.number == expected.number, "an answer to another request")
        switch answer.result {
        case .success(let reduction):
            try require(
                (1...expected.frames).contains(reduction.frames.count), "\(reduction.frames.count) frames")
            for grids in reduction.frames {
                try require(grids.map(\.size) == expected.sizes, "other sizes")
                try require(grids.allSatisfy { $0.color == expected.color }, "another colour model")
            }
            try require(reduction.profile?.count ?? 0 <= expected.profileBytes, "a long profile")
            try require(Set(reduction.damage.map(\.kind)).count == reduction.damage.count, "a damage twice")
            try require((reduction.differences != nil) == expected.samplesCells, "differences")
            for damage in reduction.damage { try check(text: damage.detail) }
        case .failure(let error): try check(text: error.detail)
        }
        let again = Array(answer.message.dropFirst(MessageReader.lengthBytes))
        try require(again.count <= expected.maximumBytes, "a longer message")
        try require(
            try AnswerMessage(body: again, expected: expected).result == answer.result, "the answer changes")
    }

    private static func check(text: String) throws {
        try require(!text.hasControlCharacters, "control characters in \(text)")
        // Bytes that are not UTF-8 become three bytes each.
        try require(text.utf8.count <= 3 * MessageReader.maximumTextBytes, "a long text")
    }

    private static func check(ready body: [UInt8]) throws {
        guard let ready = try? ReadyMessage(body: body) else { return }
        let again = Array(ready.message.dropFirst(MessageReader.lengthBytes))
        try require(try ReadyMessage(body: again) == ready, "the first message changes")
    }
}
