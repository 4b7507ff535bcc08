// SPDX-License-Identifier: Apache-2.0

/// The numbers of sources of an audit by their states.
package struct AuditTotals: Sendable, Equatable, Codable {
    package var complete = 0
    package var missing = 0
    package var stale = 0
    package var setAside = 0
    package var ignored = 0
    /// The number of outputs whose sources do not exist.
    package var orphans = 0
    /// The number of events that were sent to the queue.
    package var sent = 0

    package init() {}

    /// The number of sources with a state other than `ignored`.
    package var sources: Int { complete + missing + stale + setAside }

    /// The number of objects of the source bucket that were compared, with those that are ignored.
    package var objects: Int { sources + ignored }

    mutating func count(_ state: SourceStatus) {
        switch state {
        case .complete: complete += 1
        case .missing: missing += 1
        case .stale: stale += 1
        case .setAside: setAside += 1
        case .ignored: ignored += 1
        }
    }
}
