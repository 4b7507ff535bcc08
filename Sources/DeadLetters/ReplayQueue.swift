// SPDX-License-Identifier: Apache-2.0

package import AWS

/// The queue that a replay sends letters to: an `SQSClient`, or a simulated queue in tests.
package protocol ReplayQueue: Sendable {
    /// Sends 1...10 messages: see `SQSClient.sendMessages`.
    ///
    /// - Returns: the failures of the messages that were not sent.
    func sendMessages(_ messages: [(body: String, id: String)]) async throws -> [BatchFailure]
}

extension SQSClient: ReplayQueue {}
