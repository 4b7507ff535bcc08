// SPDX-License-Identifier: Apache-2.0

package import Worker

/// The part of `PixelationWorker` that `Supervisor` uses. Tests replace the worker.
package protocol SupervisedWorker: Sendable {
    /// Runs the worker until a drain is complete. When the calling task is cancelled, the worker stops without a drain.
    func run() async throws

    /// Waits until a poll of the queue has succeeded, or the calling task is cancelled.
    func firstAnswer() async

    /// Starts a drain: the worker receives no more messages and finishes those in flight. When `force` is true, it
    /// releases them instead. Repeated calls have no further effect.
    func drain(force: Bool)

    var status: WorkerStatus { get }
}

extension PixelationWorker: SupervisedWorker {}
