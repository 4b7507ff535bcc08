// SPDX-License-Identifier: Apache-2.0

package import Logging

/// The periodic check of the EC2 instance metadata for a termination notice.
package struct TerminationWatch: Sendable {
    private let notice: @Sendable () async throws -> String?
    private let interval: Duration
    private let logger: Logger

    /// The poll interval that AWS recommends for spot interruption notices.
    package static let defaultInterval = Duration.seconds(5)

    /// Makes a check that reads the metadata at an interval.
    ///
    /// - Parameter notice: the function that reads the metadata and returns the text of the pending termination notice,
    ///   or nil when there is none.
    package init(
        every interval: Duration = TerminationWatch.defaultInterval, logger: Logger,
        notice: @escaping @Sendable () async throws -> String?
    ) {
        self.interval = interval
        self.logger = logger
        self.notice = notice
    }

    /// Waits for a termination notice. A failure to read the metadata is logged once until the next success, and the
    /// checks continue.
    ///
    /// - Returns: true after a termination notice; false when the calling task is cancelled.
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
