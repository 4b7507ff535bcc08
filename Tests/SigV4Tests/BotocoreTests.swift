// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("Canonical request, string to sign and signature equal those of botocore")
struct BotocoreTests {
    @Test func `each rule of the canonical request has a stored case with botocore's values`() throws {
        let cases = try BotocoreCase.stored("named.jsonl")
        #expect(cases.count == 51)
        #expect(Set(cases.map(\.name)).count == cases.count)
        for each in cases { try each.check() }
    }

    @Test func `every stored random request is signed as botocore signs it`() throws {
        let cases = try BotocoreCase.stored("cases.jsonl")
        #expect(cases.count == 60)
        for each in cases { try each.check() }
    }

    @Test(
        .enabled(
            if: Python.hasBotocore,
            "needs a python3 with botocore; PIXELATOR_PYTHON names the interpreter"))
    func `five thousand new random requests are signed as botocore signs them`() throws {
        let seed = Int.random(in: 0..<1_000_000_000)
        let lines = try Python.run([
            BotocoreCase.folder.appending(path: "botocore_cases.py").path, "5000", String(seed),
        ])
        let cases = try BotocoreCase.decode(lines)
        #expect(cases.count == 5000)
        for each in cases {
            do { try each.check() } catch { Issue.record("seed \(seed): \(error)") }
        }
    }
}
