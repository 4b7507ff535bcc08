// SPDX-License-Identifier: Apache-2.0

package import Worker

/// The part of `PixelationWorker` that `Supervisor` uses. Tests supervise a scripted worker instead.
package protocol SupervisedWorker: Sendable {
    /// Works until the drain is complete. Cancelling the task stops without a drain.
    func run() async throws

    /// Returns when the queue has answered the first poll, or when the task is cancelled.
    func firstAnswer() async

    /// Stops receiving and finishes the messages in flight, or with `force` releases them. Idempotent.
    func drain(force: Bool)

    var status: WorkerStatus { get }
}

extension PixelationWorker: SupervisedWorker {}
