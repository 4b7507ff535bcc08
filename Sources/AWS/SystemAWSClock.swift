// SPDX-License-Identifier: Apache-2.0

import Support

/// The clocks of the operating system.
package struct SystemAWSClock: AWSClock {
    package init() {}

    package func now() -> Double { SystemTime.now }

    package func uptime() -> Duration { SystemTime.uptime }

    package func sleep(for duration: Duration) async throws(CancellationError) {
        do { try await Task.sleep(for: duration) } catch { throw CancellationError() }
    }
}
