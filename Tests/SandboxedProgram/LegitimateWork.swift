// SPDX-License-Identifier: Apache-2.0

import Glibc
import Sandbox

/// Work that a decoder may do. Each ends with the exit status 0 if its result is right.
enum LegitimateWork: String {
    case largeBlocks = "large-blocks"
    case manyBlocks = "many-blocks"
    case swiftValues = "swift-values"
    case clock
    case channel
    case releasedMemory = "released-memory"
    case swiftTrap = "swift-trap"
    case fatalError = "fatal-error"

    func perform() -> Int32 {
        switch self {
        case .largeBlocks: Self.allocateLargeBlocks()
        case .manyBlocks: Self.allocateManyBlocks()
        case .swiftValues: Self.useSwiftValues()
        case .clock: Self.readClocks()
        case .channel: Self.answer()
        case .releasedMemory: Self.releaseMemory()
        case .swiftTrap: Self.trap()
        case .fatalError: Swift.fatalError("the text of a fatal error")
        }
    }

    /// Fills and frees 200 of 256 MB more often than the limit would allow if freed memory counted.
    private static func allocateLargeBlocks() -> Int32 {
        for round in 1...8 {
            var blocks: [[UInt8]] = []
            for _ in 0..<4 { blocks.append([UInt8](repeating: UInt8(round), count: 50 << 20)) }
            guard blocks.allSatisfy({ $0[$0.count - 1] == round }) else { return 1 }
            blocks = []
            ProcessSandbox.releaseFreeMemory()
        }
        return 0
    }

    /// Frees every second of many blocks, so that free memory lies between used memory.
    private static func allocateManyBlocks() -> Int32 {
        var blocks: [[Int]?] = (0..<20_000).map { [Int](repeating: $0, count: 100 + $0 % 900) }
        for index in stride(from: 0, to: blocks.count, by: 2) { blocks[index] = nil }
        ProcessSandbox.releaseFreeMemory()
        for index in stride(from: 0, to: blocks.count, by: 2) {
            blocks[index] = [Int](repeating: index, count: 10 + index % 1990)
        }
        return blocks.indices.allSatisfy { blocks[$0]?.last == $0 } ? 0 : 1
    }

    private struct Failure: Error {
        var text: String
    }

    private static func useSwiftValues() -> Int32 {
        var words: [String: [Double]] = [:]
        for number in 0..<5_000 {
            words["key \(number % 701) é", default: []].append(Double(number).squareRoot())
        }
        let set = Set(words.keys.map { $0.uppercased() })
        guard set.count == 701, words.values.map(\.count).reduce(0, +) == 5_000 else { return 1 }
        let values: [any CustomStringConvertible] = [
            1, "two", 3.5, set.count, Failure?.none as Any as? Int ?? 4,
        ]
        guard values.map(\.description).joined(separator: ",") == "1,two,3.5,701,4" else { return 2 }
        do {
            throw Failure(text: "\(values.count) values")
        } catch {
            return (error as? Failure)?.text == "5 values" ? 0 : 3
        }
    }

    private static func readClocks() -> Int32 {
        let start = ContinuousClock.now
        var time = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return 1 }
        guard Int.random(in: 1...6) <= 6 else { return 2 }
        return ContinuousClock.now >= start ? 0 : 3
    }

    /// Waits for one byte and sends it back increased by 1, until the channel is closed.
    private static func answer() -> Int32 {
        while true {
            var wait = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
            guard poll(&wait, 1, 10_000) == 1 else { return 1 }
            var byte: UInt8 = 0
            let count = recv(0, &byte, 1, 0)
            if count == 0 { return 0 }
            byte &+= 1
            guard count == 1, send(0, &byte, 1, Int32(MSG_NOSIGNAL)) == 1 else { return 2 }
        }
    }

    /// Fills 100 MB, frees them below a block that remains, and releases the free memory; each after a byte.
    private static func releaseMemory() -> Int32 {
        var byte: UInt8 = 0
        let wait = { recv(0, &byte, 1, 0) == 1 }
        let answer = { send(0, &byte, 1, Int32(MSG_NOSIGNAL)) == 1 }
        guard wait() else { return 1 }
        var blocks = (0..<10).map { [UInt8](repeating: $0, count: 10 << 20) }
        let last = [UInt8](repeating: 7, count: 1 << 20)
        guard answer(), wait() else { return 2 }
        blocks = []
        guard answer(), wait() else { return 3 }
        ProcessSandbox.releaseFreeMemory()
        guard answer(), !wait() else { return 4 }
        return last.last == 7 && blocks.isEmpty ? 0 : 5
    }

    private static func trap() -> Int32 {
        let numbers = [Int](repeating: 1, count: Int.random(in: 1...2))
        return Int32(numbers[numbers.count + 1])
    }
}
