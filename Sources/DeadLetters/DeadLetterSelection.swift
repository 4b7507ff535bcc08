// SPDX-License-Identifier: Apache-2.0

import AWS
import Support
package import Worker

/// The selection of dead letters by their failures, sources and ages. A letter must fulfil all conditions that are set.
package struct DeadLetterSelection: Sendable, Equatable {
    /// The kinds or codes of failures; empty for all.
    package var failures: [String] = []
    /// The patterns of the keys of sources, in the form of `ObjectFilter`, and the buckets of sources. A letter of
    /// several sources is selected when one of them is.
    package var sources = ObjectFilter()
    /// The minimum and the maximum age. A letter without a time is not selected when one of them is set.
    package var olderThan: Duration?
    package var newerThan: Duration?

    package init() {}

    /// Returns true when the selection contains a letter at `time`, in seconds since 1970-01-01T00:00:00Z.
    package func contains(_ letter: DeadLetter, at time: Double = SystemTime.now) -> Bool {
        if !failures.isEmpty, !failures.contains(where: letter.failure.isNamed) { return false }
        if sources != ObjectFilter(),
            !letter.objects.contains(where: { sources.admits(bucket: $0.bucket) && sources.admits($0.key) })
        {
            return false
        }
        guard olderThan != nil || newerThan != nil else { return true }
        guard let sent = letter.time else { return false }
        let age = time - sent
        return age >= (olderThan?.inSeconds ?? -.infinity) && age <= (newerThan?.inSeconds ?? .infinity)
    }
}
