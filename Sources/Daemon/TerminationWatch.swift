// SPDX-License-Identifier: Apache-2.0

package import Logging

/// Asks again and again whether the instance ends soon.
package struct TerminationWatch: Sendable {
    private let farewell: @Sendable () async throws -> String?
    private let interval: Duration
    private let logger: Logger

    /// AWS recommends to look at the spot notice every five seconds.
    package static let recommended = Duration.seconds(5)

    package init(
        every interval: Duration = TerminationWatch.recommended, logger: Logger,
        farewell: @escaping @Sendable () async throws -> String?
    ) {
        self.interval = interval
        self.logger = logger
        self.farewell = farewell
    }

    /// Returns true once the end has been announced, false when cancelled. A service that does not answer is
    /// complained about once, and asked again.
    package func untilFarewell() async -> Bool {
        var hasFailed = false
        while !Task.isCancelled {
            do {
                if let reason = try await farewell() {
                    logger.notice(
                        "this instance ends soon (\(reason)), so the work is brought to its end",
                        metadata: [
                            "event": "\(DaemonEvent.terminationNotice.rawValue)", "reason": "\(reason)",
                        ])
                    return true
                }
                hasFailed = false
            } catch {
                if !hasFailed && !Task.isCancelled {
                    logger.warning(
                        "the instance's notices cannot be read: \(error)",
                        metadata: ["event": "\(DaemonEvent.imdsUnreachable.rawValue)"])
                }
                hasFailed = true
            }
            do { try await Task.sleep(for: interval) } catch { return false }
        }
        return false
    }
}
