// SPDX-License-Identifier: Apache-2.0

package import AWS

/// The queue that messages are sent to: an `SQSClient`, or a simulated queue in tests.
package protocol MessageSender: Sendable {
    /// Sends 1...10 messages: see `SQSClient.sendMessages`.
    ///
    /// - Returns: the failures of the messages that were not sent.
    func sendMessages(_ messages: [OutgoingMessage]) async throws -> [BatchFailure]
}

extension SQSClient: MessageSender {}
