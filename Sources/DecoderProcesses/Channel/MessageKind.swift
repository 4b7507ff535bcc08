// SPDX-License-Identifier: Apache-2.0

/// The kind of a message of the channel, the first byte of its body.
package enum MessageKind: UInt8, Sendable, CaseIterable {
    /// The first message to a decoder, with the file descriptor of the shared memory (`HelloMessage`).
    case hello = 1
    /// The first message of a decoder (`ReadyMessage`).
    case ready = 2
    /// A file to decode (`RequestMessage`).
    case request = 3
    /// The answer to a request (`AnswerMessage`).
    case answer = 4
}
