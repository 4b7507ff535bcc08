// SPDX-License-Identifier: Apache-2.0

import DecoderProcesses
import Decoding
import Glibc
import Pixelation
import Sandbox

/// A decoder for tests. It takes a while for pictures that are 17 pixels wide.
struct ScriptedDecoder {
    /// The misbehaviour of all pictures that are 13 pixels wide; nil to misbehave as the comment of a picture says.
    private let fixed: Misbehaviour?
    /// The beginning of a comment that names a misbehaviour.
    private static let comment = Array("misbehave: ".utf8)

    init(_ misbehaviour: Misbehaviour?) { fixed = misbehaviour }

    func run() throws {
        // The descriptor of the shared memory is closed by `DecoderConnection`; this copy of it is for the attack.
        let attacker = fixed == .writesMemory ? SharedMemoryAttack() : nil
        if fixed == .diesBeforeReady { exit(3) }
        if fixed == .isSilentBeforeReady { sleepForEver() }

        // What a picture needs is initialized before the sandbox.
        _ = SamplePicture.isDecoded()
        let connection = try DecoderConnection()
        if connection.hello.loadsHEIF {
            _ = OptionalLibraries.load()
        } else {
            OptionalLibraries.refuseHEIF()
        }
        if fixed == .sendsGarbageBeforeReady { try connection.channel.send([3, 0, 0, 0, 7, 7, 7]) }
        let report =
            switch fixed {
            case .lacksSandbox:
                SandboxReport(bytes: SandboxPart.allCases.map { $0 == .noNewPrivileges ? 1 : 0 })
            case .closes, .killed, .writesMemory: SandboxReport()
            default:
                ProcessSandbox.enter(
                    memoryLimit: connection.hello.memoryLimit, keptBytes: connection.hello.keptBytes,
                    parent: connection.hello.parent)
            }
        try connection.channel.send(ReadyMessage(report: report ?? SandboxReport()).message)
        if fixed == .diesAfterReady { exit(4) }
        if fixed == .answersEarly {
            try connection.channel.send(
                AnswerMessage(number: 0, result: .failure(PixelationError(.corrupt, "early"))).message)
        }
        while let request = try connection.nextRequest() {
            let file = connection.file(of: request)
            let (width, answer) = decode(request, file.span)
            if width == 13, let attacker {
                try attack(connection, attacker, request)
            } else if let misbehaviour = misbehaviour(file, width) {
                try misbehave(misbehaviour, answer, connection.channel)
            } else {
                try connection.channel.send(answer.message)
            }
        }
    }

    private func misbehaviour(_ file: UnsafeBufferPointer<UInt8>, _ width: Int) -> Misbehaviour? {
        if let fixed { return width == 13 ? fixed : nil }
        let text = Array(file.prefix(100))
        guard let start = text.indices.first(where: { text[$0...].starts(with: Self.comment) }) else {
            return nil
        }
        let name = text[(start + Self.comment.count)...].prefix { $0 != 0xFF }
        return Misbehaviour(rawValue: String(decoding: name, as: UTF8.self))
    }

    private func decode(_ request: RequestMessage, _ bytes: Span<UInt8>) -> (width: Int, AnswerMessage) {
        let deadline = ContinuousClock.now + .nanoseconds(request.nanoseconds)
        do throws(PixelationError) {
            let survey = try Survey(of: bytes, options: request.options)
            if survey.width == 17 { poll(nil, 0, 300) }
            let reduction = try InProcessReducer().reduce(
                bytes,
                ReductionRequest(
                    survey: survey, options: request.options, deadline: deadline, cancellation: nil))
            return (survey.width, AnswerMessage(number: request.number, result: .success(reduction)))
        } catch {
            return (0, AnswerMessage(number: request.number, result: .failure(error)))
        }
    }

    private func misbehave(
        _ misbehaviour: Misbehaviour, _ answer: AnswerMessage, _ channel: DecoderChannel
    ) throws {
        let message = answer.message
        func answering(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
            var body = Array(message.dropFirst(4))
            change(&body)
            return withUnsafeBytes(of: UInt32(body.count).littleEndian) { Array($0) } + body
        }
        switch misbehaviour {
        case .segfault: UnsafeMutablePointer<UInt8>(bitPattern: 16)?.pointee = 1
        case .abort: Glibc.abort()
        case .loop: while true {}
        case .exit: Glibc.exit(7)
        case .outOfMemory: Glibc.exit(ProcessSandbox.outOfMemoryStatus)
        case .killed: kill(getpid(), SIGKILL)
        case .overflowsStack: _ = overflow(0)
        case .garbage: try channel.send((0..<100).map { UInt8(truncatingIfNeeded: $0 &* 37) })
        case .tooMuch: try channel.send(message + [0])
        case .lateBytes:
            try channel.send(message)
            poll(nil, 0, 100)
            try channel.send([0, 0])
        case .tooLittle: try channel.send(answering { $0.removeLast() })
        case .half:
            try channel.send(Array(message.prefix(message.count / 2)))
            sleepForEver()
        case .nothing: sleepForEver()
        case .closes:
            close(0)
            sleepForEver()
        case .wrongGrid:
            try channel.send(answering { $0.append(contentsOf: [1, 2, 3]) })
        case .wrongBands: try channel.send(answering { $0[10] = 4 })
        case .wrongNumber: try channel.send(answering { $0[1] ^= 1 })
        case .unknownKind: try channel.send(answering { $0[0] = 9 })
        case .unknownError:
            try channel.send(answering { $0.replaceSubrange(9..., with: [1, 200, 0, 0]) })
        case .controlCharacters:
            let text = Array("a\u{1B}[2Jb\nc\u{9B}".utf8) + [0xFF]
            let plain = String(repeating: "x", count: text.count)
            let error = AnswerMessage(
                number: answer.number, result: .failure(PixelationError(.corrupt, plain)))
            try channel.send(Array(error.message.dropLast(text.count)) + text)
        case .hugeLength: try channel.send([0xFF, 0xFF, 0xFF, 0x7F])
        case .allocates:
            for _ in 0..<10 {
                guard let memory = malloc(1 << 30) else { Glibc.exit(9) }
                memset(memory, 1, 1 << 30)
            }
        case .opens: _ = open("/proc/self/environ", O_RDONLY)
        case .connects: _ = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        case .executes: _ = execve("/bin/true", [nil], [nil])
        // daemon(3) is the function with a fork that Swift imports.
        case .forks: _ = daemon(1, 1)
        case .none, .diesBeforeReady, .isSilentBeforeReady, .sendsGarbageBeforeReady, .lacksSandbox,
            .diesAfterReady, .answersEarly, .writesMemory:
            try channel.send(message)
        }
    }

    /// Answers with the results of forbidden operations on the shared memory, as a text.
    private func attack(
        _ connection: DecoderConnection, _ hello: SharedMemoryAttack, _ request: RequestMessage
    ) throws {
        let text = hello.results(connection.file(of: request))
        try connection.channel.send(
            AnswerMessage(number: request.number, result: .failure(PixelationError(.corrupt, text))).message)
    }

    private func sleepForEver() -> Never {
        // poll(2) is one of the calls that the sandbox allows.
        while true { poll(nil, 0, -1) }
    }

    private func overflow(_ depth: Int) -> Int {
        // The address escapes, so that no call is a loop.
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) { memory in
            memory[depth % 65_536] = UInt8(truncatingIfNeeded: depth)
            return overflow(depth + 1) + Int(memory[depth % 65_536])
        }
    }
}
