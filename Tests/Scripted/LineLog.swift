// SPDX-License-Identifier: Apache-2.0

package import Foundation
import Support

/// A log of lines, in which a test can wait for a line.
package final class LineLog: Sendable {
    private struct State {
        var lines: [String] = []
        var partial = Data()
        var ended = false
        var waiting: [Int: Waiting] = [:]
        var next = 0
    }

    private struct Waiting {
        let matches: @Sendable (String) -> Bool
        let continuation: CheckedContinuation<String?, Never>
    }

    package init() {}

    private let state = Locked(State())

    /// The lines so far.
    package var lines: [String] { state.withLock { $0.lines } }

    /// Appends bytes of text. A line is complete when its newline is appended.
    package func append(_ bytes: Data) {
        let found = state.withLock { state in
            state.partial.append(bytes)
            var fresh: [String] = []
            while let newline = state.partial.firstIndex(of: UInt8(ascii: "\n")) {
                fresh.append(String(decoding: state.partial[..<newline], as: UTF8.self))
                state.partial = Data(state.partial[(newline + 1)...])
            }
            return Self.take(fresh, &state)
        }
        for (continuation, line) in found { continuation.resume(returning: line) }
    }

    /// Appends one complete line.
    package func append(line: String) {
        for (continuation, line) in state.withLock({ Self.take([line], &$0) }) {
            continuation.resume(returning: line)
        }
    }

    /// Marks the end of the log. Calls of `line` that wait throw an error.
    package func end() {
        let left = state.withLock { state in
            state.ended = true
            defer { state.waiting = [:] }
            return state.waiting.values.map(\.continuation)
        }
        for continuation in left { continuation.resume(returning: nil) }
    }

    /// Returns the first line for which `matches` returns true, and waits for such a line if there is none yet.
    ///
    /// - Parameters:
    ///   - seconds: The longest time to wait.
    ///   - what: The name of the line in the text of the error.
    ///   - matches: Returns true for the line.
    /// - Throws: `TestError` with the last lines after `seconds`, or at the end of the log.
    @discardableResult
    package func line(
        within seconds: Double = 60, _ what: String, where matches: @escaping @Sendable (String) -> Bool
    ) async throws -> String {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        let timer = Task {
            try await Task.sleep(for: .seconds(seconds))
            let late = state.withLock { $0.waiting.removeValue(forKey: id) }
            late?.continuation.resume(returning: nil)
        }
        defer { timer.cancel() }
        let line = await withCheckedContinuation { continuation in
            let known: String?? = state.withLock { state in
                if let line = state.lines.first(where: matches) { return .some(line) }
                if state.ended { return .some(nil) }
                state.waiting[id] = Waiting(matches: matches, continuation: continuation)
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
        guard let line else {
            throw TestError(
                "no \(what) within \(seconds) s; last lines:\n" + lines.suffix(30).joined(separator: "\n"))
        }
        return line
    }

    /// Returns the first line that contains `text`, and waits for such a line if there is none yet.
    ///
    /// - Throws: `TestError` after `seconds`, or at the end of the log.
    @discardableResult
    package func line(within seconds: Double = 60, containing text: String) async throws -> String {
        try await line(within: seconds, "line with \"\(text)\"") { $0.contains(text) }
    }

    /// Waits for the end of the log.
    ///
    /// - Throws: `TestError` if the log has not ended after `seconds`.
    package func ended(within seconds: Double = 60) async throws {
        _ = try? await line(within: seconds, "end") { _ in false }
        guard state.withLock({ $0.ended }) else { throw TestError("still open after \(seconds) s") }
    }

    private static func take(
        _ fresh: [String], _ state: inout State
    ) -> [(CheckedContinuation<String?, Never>, String)] {
        var found: [(CheckedContinuation<String?, Never>, String)] = []
        for line in fresh {
            state.lines.append(line)
            for (id, waiting) in state.waiting where waiting.matches(line) {
                state.waiting[id] = nil
                found.append((waiting.continuation, line))
            }
        }
        return found
    }
}
