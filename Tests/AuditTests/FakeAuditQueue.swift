// SPDX-License-Identifier: Apache-2.0

import AWS
import S3Events
import Support
import Worker

/// A queue that keeps the objects of the notifications that are sent to it, and refuses every seventh message once.
final class FakeAuditQueue: MessageSender {
    private struct State {
        var received: [ObjectEvent] = []
        var refused: Set<String> = []
        var count = 0
    }

    private let state = Locked(State())

    /// The events of the messages in the order of their arrival.
    var received: [ObjectEvent] { state.withLock { $0.received } }

    func sendMessages(_ messages: [OutgoingMessage]) async throws -> [BatchFailure] {
        precondition((1...10).contains(messages.count))
        return state.withLock { state in
            var failures: [BatchFailure] = []
            for (index, message) in messages.enumerated() {
                state.count += 1
                if state.count % 7 == 0 {
                    failures.append(
                        BatchFailure(index: index, code: "InternalError", message: "", isSenderFault: false))
                    continue
                }
                let records = (try? Envelope.decode(message.body))?.records ?? []
                for case .created(let event) in records { state.received.append(event) }
            }
            return failures
        }
    }
}
