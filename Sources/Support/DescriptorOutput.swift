// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The writing of bytes to a file descriptor that other processes may share, such as standard error.
package enum DescriptorOutput {
    /// Writes `bytes` and waits while the descriptor cannot take them, also when another process has made the open file
    /// description non-blocking (fcntl(2), `O_NONBLOCK`). The flags of the descriptor are not changed, because a
    /// terminal or pipe shares them with the other processes.
    ///
    /// - Returns: The number of bytes that were written, and 0, or the value of `errno` after the error that ended the
    ///   writing, such as `EPIPE`.
    package static func write(
        _ bytes: some Sequence<UInt8>, to descriptor: Int32
    ) -> (count: Int, error: Int32) {
        let bytes = Array(bytes)
        var count = 0
        while count < bytes.count {
            let written = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress.map { $0 + count }, $0.count - count)
            }
            if written > 0 {
                count += written
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN: waitUntilWritable(descriptor)
            // A device may accept nothing without an error.
            case let code: return (count, written == 0 ? EIO : code)
            }
        }
        return (count, 0)
    }

    private static func waitUntilWritable(_ descriptor: Int32) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // A descriptor may be reported as writable although less than the whole line fits. The pause keeps the loop
        // from using a processor.
        if poll(&entry, 1, 1000) > 0 { usleep(1000) }
    }
}
