// SPDX-License-Identifier: Apache-2.0

import Support

/// The `AWSClock` of the operating system's clocks.
package struct SystemAWSClock: AWSClock {
    package init() {}

    package func now() -> Double { SystemTime.now }

    package func uptime() -> Duration { SystemTime.uptime }

    package func sleep(for duration: Duration) async throws(CancellationError) {
        do { try await Task.sleep(for: duration) } catch { throw CancellationError() }
    }
}
