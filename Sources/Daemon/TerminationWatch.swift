// SPDX-License-Identifier: Apache-2.0

package import Logging

/// A poll of the EC2 instance metadata for termination notices.
package struct TerminationWatch: Sendable {
    private let notice: @Sendable () async throws -> String?
    private let interval: Duration
    private let logger: Logger

    /// The poll interval that AWS recommends for spot interruption notices.
    package static let defaultInterval = Duration.seconds(5)

    /// - Parameter notice: reads the metadata; returns the reason of a termination that is announced, else nil.
    package init(
        every interval: Duration = TerminationWatch.defaultInterval, logger: Logger,
        notice: @escaping @Sendable () async throws -> String?
    ) {
        self.interval = interval
        self.logger = logger
        self.notice = notice
    }

    /// Waits for a termination notice. Failures are logged once until the next success, and polling continues.
    ///
    /// - Returns: true after a notice, false when the task is cancelled.
    package func untilTerminationNotice() async -> Bool {
        var hasFailed = false
        while !Task.isCancelled {
            do {
                if let reason = try await notice() {
                    logger.notice(
                        "EC2 terminates this instance soon (\(reason)); draining",
                        metadata: [
                            "event": "\(DaemonEvent.terminationNotice.rawValue)", "reason": "\(reason)",
                        ])
                    return true
                }
                hasFailed = false
            } catch {
                if !hasFailed && !Task.isCancelled {
                    logger.warning(
                        "cannot read termination notices from the instance metadata service: \(error)",
                        metadata: ["event": "\(DaemonEvent.imdsUnreachable.rawValue)"])
                }
                hasFailed = true
            }
            do { try await Task.sleep(for: interval) } catch { return false }
        }
        return false
    }
}
