// SPDX-License-Identifier: Apache-2.0

/// The response to a request to `DataPlane`.
enum DataPlaneResponse {
    /// A response that is sent at once.
    ///
    /// - Parameters:
    ///   - head: The status line and the headers, with the empty line.
    ///   - body: The body; empty for a response to HEAD.
    case send(head: [UInt8], body: [UInt8])
    /// The response to a long poll, which is sent when the queue has a message, or at the end of the wait time.
    ///
    /// - Parameters:
    ///   - maximum: The highest number of messages.
    ///   - visibility: The visibility timeout of the messages in nanoseconds.
    ///   - until: The end of the wait time, in nanoseconds of the clock of the server.
    case hold(maximum: Int, visibility: UInt64, until: UInt64)
}
