// SPDX-License-Identifier: Apache-2.0

import Testing
import Worker

struct WorkerErrorTests {
    @Test(arguments: ["x", "ü", "\u{301}"])
    func `the texts of an error have bounds in bytes`(unit: String) {
        let long = String(repeating: unit, count: 500_000)
        let error = WorkerError(.other, operation: long, code: long, detail: long, requestID: long)
        #expect(error.operation.utf8.count <= 2560 && error.code.utf8.count <= 128)
        #expect(error.detail.utf8.count <= 2048 && (error.requestID?.utf8.count ?? 0) <= 128)
        #expect(error.description.utf8.count < 5000)
    }

    @Test func `the texts of an error have no control characters`() {
        let text = "a\u{1b}[31m\r\nb\u{9b}"
        let error = WorkerError(.other, operation: text, code: text, detail: text, requestID: text)
        #expect(
            [error.operation, error.code, error.detail, error.requestID] == [
                "a?[31m??b?", "a?[31m??b?", "a?[31m??b?", "a?[31m??b?",
            ])
    }
}
