// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Glibc
import Support
import Testing

@Suite(.timeLimit(.minutes(1)))
struct DescriptorOutputTests {
    @Test(arguments: [0, O_NONBLOCK])
    func `more bytes than a pipe holds are written as they are read`(flags: Int32) throws {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        _ = fcntl(descriptor, F_SETFL, flags)
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0) }
        let reader = pipe.fileHandleForReading
        let read = Locked(Data())
        let isRead = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let data = (try? reader.readToEnd()) ?? Data()
            read.withLock { $0 = data }
            isRead.signal()
        }
        let (count, error) = DescriptorOutput.write(bytes, to: descriptor)
        #expect(count == bytes.count && error == 0)
        #expect(fcntl(descriptor, F_GETFL) & O_NONBLOCK == flags)
        try pipe.fileHandleForWriting.close()
        isRead.wait()
        #expect(read.withLock { Array($0) } == bytes)
    }

    @Test func `an error ends the writing and is returned with the number of bytes`() throws {
        signal(SIGPIPE, SIG_IGN)
        let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
        defer { close(full) }
        #expect(DescriptorOutput.write([1], to: full) == (0, ENOSPC))
        #expect(DescriptorOutput.write([1], to: 1_000_000) == (0, EBADF))
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        #expect(DescriptorOutput.write([1], to: pipe.fileHandleForWriting.fileDescriptor) == (0, EPIPE))
        #expect(DescriptorOutput.write([], to: full) == (0, 0))
    }
}
