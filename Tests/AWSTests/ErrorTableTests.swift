// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import Scripted
import Testing

/// The table "Errors by cause" of `RetriesAndCredentials.md` agrees with the module, over real sockets.
@Suite(.timeLimit(.minutes(3)))
struct ErrorTableTests {
    @Test(arguments: ErrorCause.allCases)
    func `a call that fails for one cause ends as the table says`(_ cause: ErrorCause) async throws {
        let row = try ErrorTable()[cause]
        let harness = try await ErrorTableHarness(cause)
        let error = try await failure(harness)
        #expect(error?.kind.rawValue ?? "success" == row.kind, "\(String(describing: error))")
        let attempts = try #require(row.attemptCount)
        try #require(harness.transport.count == attempts)
        #expect(error == nil || error?.attempts == attempts)
        if let server = harness.server {
            // The call may end before the server has noticed its last request.
            try await server.requests.reaches(attempts)
            #expect(server.received.count == attempts)
            #expect(server.connections.count == (row.takesNewConnections ? attempts : 1))
        }
        #expect(row.longestTime.components(separatedBy: ", ")[0] == ErrorTable.text(harness.clock.uptime()))
        #expect(error == nil || error?.elapsed == harness.clock.uptime())
        for part in row.text { expect(part, of: harness, error) }
        if let error { expectRetries(harness, row, error) }
    }

    @Test func `a throttling server extends the pauses as far as the table says`() async throws {
        let harness = try await ErrorTableHarness(.throttling, retryAfter: 3_600_000)
        _ = try #require(await failure(harness))
        let expected = ", or \(ErrorTable.text(harness.clock.uptime())) with `x-amz-retry-after`"
        #expect(try ErrorTable()[.throttling].longestTime.hasSuffix(expected))
    }

    @Test(arguments: [ErrorCause.serverError, .throttling])
    func `a client retries as often in all as the table says`(_ cause: ErrorCause) async throws {
        let harness = try await ErrorTableHarness(cause)
        let s3 = try await harness.s3()
        var calls = 0
        var error: AWSError
        repeat {
            error = try await awsError { try await s3.get(.picture, maximumBytes: 1000) }
            calls += 1
        } while error.attempts > 1
        #expect(harness.transport.count - calls == (try ErrorTable()[cause].quota))
    }

    @Test func `the table has a row for each cause, and the text the default limits and pauses`() async throws
    {
        let table = try ErrorTable()
        #expect(table.rows.map(\.cause) == ErrorCause.allCases.map(\.rawValue))
        let limits = TimeoutOptions()
        func seconds(_ value: Double) -> String { "\(Int(value)) s" }
        #expect(
            table.prose.contains(
                "\(seconds(limits.connectSeconds)) to connect, \(seconds(limits.firstByteSeconds)) for the first "
                    + "byte, \(seconds(limits.stallSeconds)) below \(limits.stallBytesPerSecond) bytes a second, "
                    + "\(seconds(limits.attemptSeconds)) for an attempt and \(seconds(limits.totalSeconds)) "
                    + "for the call."))
        var pauses: [Duration] = []
        for cause in [ErrorCause.serverError, .throttling] {
            let harness = try await ErrorTableHarness(cause)
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

    /// Returns the error of a GET; nil when it succeeds.
    private func failure(_ harness: ErrorTableHarness) async throws -> AWSError? {
        let s3 = try await harness.s3()
        do { _ = try await s3.get(.picture, maximumBytes: 1000) } catch { return error }
        return nil
    }

    /// Expects one part of the column "error text": quoted words verbatim, the others by their meaning.
    private func expect(_ part: String, of harness: ErrorTableHarness, _ error: AWSError?) {
        // A call that succeeds has no error text, but may have logged a warning.
        let warnings = harness.log.lines.filter { $0.hasPrefix("warning ") || $0.hasPrefix("error ") }
        let text = error?.description ?? warnings.joined(separator: "\n")
        let words: String? =
            switch part {
            case "none": warnings.isEmpty ? "" : nil
            case "a warning": "warning "
            case "host and port": harness.authority
            case "status": "HTTP 503"
            case "code": "SlowDown"
            case "request id": "request id R-1"
            case "the checksum's name": "crc32c of the 2 bytes is "
            case "the expected name": "'127.0.0.1'"
            default:
                part.wholeMatch(of: /"(.+)"/).map {
                    // The test's limit is shorter.
                    String($0.1).replacing("15.0 seconds", with: "1.0 seconds")
                }
            }
        #expect(words.map { $0.isEmpty || text.contains($0) } == true, "\(part): \(text)")
    }

    /// Expects a log line for each retry, with the kind of error and the pause.
    private func expectRetries(_ harness: ErrorTableHarness, _ row: ErrorTable.Row, _ error: AWSError) {
        #expect(error.description.hasPrefix("GetObject s3://pictures/a/b.jpg: \(row.kind)"))
        let lines = harness.log.lines.filter { $0.hasPrefix("debug") && $0.contains("aws-retry") }
        let pauses = harness.clock.sleeps
        #expect(pauses.count + 1 == row.attemptCount)
        #expect(lines.count == pauses.count)
        for (line, pause) in zip(lines, pauses) {
            #expect(line.contains("is retried in \(Int(pause / .milliseconds(1))) ms: GetObject s3://"))
            #expect(line.contains(": \(row.kind)"), "\(line)")
        }
    }
}
