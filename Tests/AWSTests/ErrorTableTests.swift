// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import Scripted
import Testing

/// What the table "Each fault" of `RetriesAndCredentials.md` says is what happens, on real sockets.
@Suite(.timeLimit(.minutes(3))) struct ErrorTableTests {
    @Test(arguments: ErrorTableRow.allCases)
    func `a call that meets nothing but a fault ends as the table says`(_ row: ErrorTableRow) async throws {
        let promise = try ErrorTable()[row]
        let harness = try ErrorTableHarness(row)
        let error = try await failure(harness)
        #expect(error?.kind.rawValue ?? "success" == promise.end, "\(String(describing: error))")
        let attempts = try #require(promise.attempts)
        try #require(harness.transport.count == attempts)
        #expect(error == nil || error?.attempts == attempts)
        if let server = harness.server {
            // A client that gives up need not wait until the server has noticed it.
            try await server.requests.reaches(attempts)
            #expect(server.received.count == attempts)
            #expect(server.connections.count == (promise.takesNewConnections ? attempts : 1))
        }
        #expect(promise.atMost.components(separatedBy: ", ")[0] == ErrorTable.text(harness.clock.uptime()))
        #expect(error == nil || error?.elapsed == harness.clock.uptime())
        for part in promise.said { expect(part, of: harness, error) }
        if let error { expectRetries(harness, promise, error) }
    }

    @Test func `a server that throttles may ask for as much as the table says`() async throws {
        let harness = try ErrorTableHarness(.throttling, retryAfter: 3_600_000)
        _ = try #require(await failure(harness))
        let expected = ", or \(ErrorTable.text(harness.clock.uptime())) if the server asks for it"
        #expect(try ErrorTable()[.throttling].atMost.hasSuffix(expected))
    }

    @Test(arguments: [ErrorTableRow.storm, .throttling])
    func `a client retries as often in all as the table says`(_ row: ErrorTableRow) async throws {
        let harness = try ErrorTableHarness(row)
        let s3 = try await harness.s3()
        var calls = 0
        var error: AWSError
        repeat {
            error = try await awsError { try await s3.get(.picture, maximumBytes: 1000) }
            calls += 1
        } while error.attempts > 1
        #expect(harness.transport.count - calls == (try ErrorTable()[row].quota))
    }

    @Test func `the table has these rows, and the text above it the limits and pauses in force`() async throws
    {
        let table = try ErrorTable()
        #expect(table.promises.map(\.fault) == ErrorTableRow.allCases.map(\.rawValue))
        let limits = TimeoutOptions()
        func seconds(_ value: Double) -> String { "\(Int(value)) s" }
        #expect(
            table.prose.contains(
                "\(seconds(limits.connectSeconds)) to connect, \(seconds(limits.firstByteSeconds)) for the first "
                    + "byte, \(seconds(limits.stallSeconds)) of fewer than \(limits.stallBytesPerSecond) bytes a "
                    + "second, \(seconds(limits.attemptSeconds)) for an attempt, \(seconds(limits.totalSeconds)) "
                    + "for the call."))
        var pauses: [Duration] = []
        for row in [ErrorTableRow.storm, .throttling] {
            let harness = try ErrorTableHarness(row)
            _ = try #require(await failure(harness))
            pauses += harness.clock.sleeps
        }
        let milliseconds = pauses.map { Int($0 / .milliseconds(1)) }
        try #require(milliseconds.count == 4)
        #expect(
            table.prose.contains(
                "Pauses are at most \(milliseconds[0]) ms and \(milliseconds[1]) ms, after throttling "
                    + "\(milliseconds[2] / 1000) s and \(milliseconds[3] / 1000) s."))
    }

    /// What a GET ends with; nil when it succeeds.
    private func failure(_ harness: ErrorTableHarness) async throws -> AWSError? {
        let s3 = try await harness.s3()
        do { _ = try await s3.get(.picture, maximumBytes: 1000) } catch { return error }
        return nil
    }

    /// One part of "the log says": words in quotation marks as they are, the others by their meaning.
    private func expect(_ part: String, of harness: ErrorTableHarness, _ error: AWSError?) {
        // Of the text of a failure, or where there is none of what went to the log.
        let loud = harness.log.lines.filter { $0.hasPrefix("warning ") || $0.hasPrefix("error ") }
        let text = error?.description ?? loud.joined(separator: "\n")
        let words: String? =
            switch part {
            case "nothing": loud.isEmpty ? "" : nil
            case "a warning": "warning "
            case "host and port": harness.authority
            case "status": "HTTP 503"
            case "code": "SlowDown"
            case "request id": "request id R-1"
            case "which checksum": "crc32c of the 2 bytes is "
            case "the name that no certificate is for": "'127.0.0.1'"
            default:
                part.wholeMatch(of: /"(.+)"/).map {
                    // The limit as it was shortened.
                    String($0.1).replacing("15.0 seconds", with: "1.0 seconds")
                }
            }
        #expect(words.map { $0.isEmpty || text.contains($0) } == true, "\(part): \(text)")
    }

    /// A line for each retry, with the failure, as far as it is the same in all attempts, and the pause.
    private func expectRetries(_ harness: ErrorTableHarness, _ promise: ErrorTable.Promise, _ error: AWSError)
    {
        #expect(error.description.hasPrefix("GetObject s3://pictures/a/b.jpg: \(promise.end)"))
        let lines = harness.log.lines.filter { $0.hasPrefix("debug") && $0.contains("aws-retry") }
        let pauses = harness.clock.sleeps
        #expect(pauses.count + 1 == promise.attempts)
        #expect(lines.count == pauses.count)
        for (line, pause) in zip(lines, pauses) {
            #expect(line.contains("is tried again in \(Int(pause / .milliseconds(1))) ms: GetObject s3://"))
            #expect(line.contains(": \(promise.end)"), "\(line)")
        }
    }
}
