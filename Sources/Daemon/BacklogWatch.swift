// SPDX-License-Identifier: Apache-2.0

package import Logging

/// The periodic count of the messages that wait in the queue, for the metric `pixelated_backlog_seconds`. A failure
/// affects nothing else.
package struct BacklogWatch: Sendable {
    private let count: @Sendable () async throws -> Int?
    private let interval: Duration
    private let logger: Logger

    /// The time between two counts. Autoscalers read metrics about as often.
    package static let defaultInterval = Duration.seconds(30)

    /// Makes a count that is repeated at an interval.
    ///
    /// - Parameter count: The function that returns the number of visible messages, or nil when the queue does not
    ///   report it.
    package init(
        every interval: Duration = BacklogWatch.defaultInterval, logger: Logger,
        count: @escaping @Sendable () async throws -> Int?
    ) {
        self.count = count
        self.interval = interval
        self.logger = logger
    }

    /// Counts the messages until the calling task is cancelled.
    ///
    /// - Parameter report: The function that is called with each number of messages.
    package func run(report: (Int) -> Void) async {
        while !Task.isCancelled {
            do {
                if let messages = try await count() { report(messages) }
            } catch {
                // Without this permission, the metric has no sample, which operations.md explains.
                logger.debug("the messages in the queue cannot be counted: \(error)")
            }
            do { try await Task.sleep(for: interval) } catch { return }
        }
    }
}
