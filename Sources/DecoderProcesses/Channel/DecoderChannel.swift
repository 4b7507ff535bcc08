// SPDX-License-Identifier: Apache-2.0

import Glibc
internal import Support

/// One end of the channel between a decoder and its parent, a stream socket without a name (unix(7)).
///
/// The descriptor is owned by the creator of this value.
package struct DecoderChannel: Sendable {
    /// The reason for which nothing was received.
    package enum Failure: Error, Sendable, Equatable {
        /// The other end is closed.
        case closed
        /// The other end was closed before all that was sent to it was read.
        case closedUnread
        /// The time has passed.
        case timeout
        /// The caller's condition to stop holds.
        case stopped
        /// The system call failed with this value of `errno`.
        case system(Int32)
        /// The bytes are no message.
        case garbage(String)
    }

    package let descriptor: Int32
    /// The longest wait in milliseconds between two calls of the condition to stop.
    private static let slice = 20

    package init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Sends a message. The messages to a decoder are much shorter than the buffer of the socket, so that this function
    /// waits only in a decoder.
    package func send(_ message: [UInt8]) throws(Failure) {
        var sent = 0
        while sent < message.count {
            let count = message.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                sent += count
            } else if errno != EINTR {
                throw errno == EPIPE || errno == ECONNRESET ? .closedUnread : .system(errno)
            }
        }
    }

    /// Receives one message and returns its body.
    ///
    /// - Parameters:
    ///   - maximum: The maximum length of the body in bytes.
    ///   - deadline: The time at which the waiting ends; nil to wait for ever.
    ///   - stops: A condition that ends the waiting. It is called at least every 20 ms.
    package func receive(
        maximum: Int, until deadline: ContinuousClock.Instant?, stops: () -> Bool = { false }
    ) throws(Failure) -> [UInt8] {
        let length = try receive(exactly: MessageReader.lengthBytes, deadline, stops)
        let count: Int
        do throws(MessageError) {
            count = try MessageReader.length(length, maximum: maximum)
        } catch {
            throw .garbage(error.description)
        }
        return try receive(exactly: count, deadline, stops)
    }

    private func receive(
        exactly count: Int, _ deadline: ContinuousClock.Instant?, _ stops: () -> Bool
    ) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let received = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress.map { $0 + filled }, count - filled, Int32(MSG_DONTWAIT))
            }
            if received > 0 {
                filled += received
                continue
            }
            if received == 0 { throw .closed }
            switch errno {
            case EINTR: continue
            case EAGAIN: try wait(deadline, stops)
            // The kernel reports it once, and the end of the stream afterwards.
            case ECONNRESET: throw .closedUnread
            default: throw .system(errno)
            }
        }
        return bytes
    }

    private func wait(_ deadline: ContinuousClock.Instant?, _ stops: () -> Bool) throws(Failure) {
        if stops() { throw .stopped }
        var milliseconds = -1
        if let deadline {
            let left = deadline - .now
            guard left > .zero else { throw .timeout }
            milliseconds = min(Int(left.inMilliseconds) + 1, Self.slice)
        }
        _ = poll(milliseconds: milliseconds)
    }

    /// Waits for bytes or the end of the other end, and returns true when there is one of them within `time`.
    package func isReadable(within time: Duration) -> Bool {
        poll(milliseconds: Int(time.inMilliseconds)) != 0
    }

    /// Waits for bytes or the end of the other end (poll(2)), for ever if `milliseconds` is -1. Returns 0 when the time
    /// is over.
    private func poll(milliseconds: Int) -> Int32 {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&entry, 1, Int32(milliseconds))
    }

    /// The state of a channel on which nothing is expected.
    package enum Quiet: Sendable { case quiet, closed, garbage }

    /// Returns the state of a channel on which nothing is expected, without waiting.
    package func quiet() -> Quiet {
        var byte: UInt8 = 0
        while true {
            let count = recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT | MSG_PEEK))
            if count > 0 { return .garbage }
            if count == 0 { return .closed }
            if errno == EAGAIN { return .quiet }
            if errno != EINTR { return .closed }
        }
    }
}
