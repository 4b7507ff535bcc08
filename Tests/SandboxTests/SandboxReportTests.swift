// SPDX-License-Identifier: Apache-2.0

import Glibc
import Sandbox
import Testing

/// The report of a sandbox, as values.
struct SandboxReportTests {
    @Test func `a report survives its encoding`() throws {
        var bytes = [UInt8](repeating: 0, count: SandboxReport.byteCount)
        #expect(SandboxReport(bytes: bytes) == SandboxReport())
        bytes[3] = UInt8(ENOSYS)
        bytes[1] = 255
        let report = try #require(SandboxReport(bytes: bytes))
        #expect(report.bytes == bytes)
        #expect(report.missing == [.systemCallFilter, .landlock])
        #expect(report.errors == [.systemCallFilter: 255, .landlock: ENOSYS])
        #expect(report.description.hasSuffix("landlock (Function not implemented)"))
    }

    @Test(arguments: [0, 1, SandboxReport.byteCount - 1, SandboxReport.byteCount + 1])
    func `a report of another length is refused`(count: Int) {
        #expect(SandboxReport(bytes: [UInt8](repeating: 0, count: count)) == nil)
    }

    @Test(arguments: SandboxPart.allCases)
    func `a process that lacks a required part is not isolated`(part: SandboxPart) throws {
        let bytes = SandboxPart.allCases.map { $0 == part ? UInt8(EPERM) : 0 }
        let report = try #require(SandboxReport(bytes: bytes))
        #expect(report.missing == [part])
        #expect(report.isIsolated == !part.isRequired)
        #expect(SandboxReport().isIsolated)
    }

    @Test func `the filter, no_new_privs and the memory limit are required`() {
        let required = SandboxPart.allCases.filter(\.isRequired)
        #expect(required == [.noNewPrivileges, .systemCallFilter, .memoryLimit])
    }
}
