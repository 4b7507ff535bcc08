// SPDX-License-Identifier: Apache-2.0

/// The number of messages in a dead-letter queue before a command reads them. SQS counts approximately, and its numbers
/// can be a minute old.
package struct LetterCount: Sendable {
    /// The number of all messages, the hidden ones included.
    private let all: Int
    /// The number of messages that were received and not made visible again, which no other command can read.
    private let hidden: Int

    package init(visible: Int, hidden: Int) {
        all = visible + hidden
        self.hidden = hidden
    }

    /// Returns the approximate number of messages that were hidden from a command that has read `read` messages.
    package func hidden(afterReading read: Int) -> Int { max(0, min(hidden, all - read)) }
}
