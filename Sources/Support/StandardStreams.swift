// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The standard streams of the process: the descriptors 0, 1 and 2.
package enum StandardStreams {
    /// The error of a command whose output cannot be written.
    package struct Failure: Error, CustomStringConvertible {
        /// The value of `errno`, such as `ENOSPC`.
        package var code: Int32

        package var description: String {
            "cannot write to standard output: \(String(cString: strerror(code)))"
        }
    }

    /// Opens `/dev/null` for each standard stream that the process was started without. Otherwise the next file or
    /// socket has the number of the stream, and errors and log lines are written to it.
    package static func openMissing() {
        // open(2) returns the lowest free number.
        while true {
            let descriptor = open("/dev/null", O_RDWR | O_CLOEXEC)
            guard (0...STDERR_FILENO).contains(descriptor) else {
                if descriptor >= 0 { close(descriptor) }
                return
            }
            // A child process inherits its standard streams.
            _ = fcntl(descriptor, F_SETFD, 0)
        }
    }

    /// Writes a line of text to standard output. When the reader has closed the pipe, as `head` does, the text is
    /// discarded without an error.
    ///
    /// - Throws: `Failure` when the line cannot be written for another reason, such as a full disk.
    package static func printLine(_ text: String) throws(Failure) {
        let error = DescriptorOutput.write((text + "\n").utf8, to: STDOUT_FILENO).error
        if error != 0, error != EPIPE { throw Failure(code: error) }
    }
}
