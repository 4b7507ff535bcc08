// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Support

/// The progress of an audit, from which a later process can continue it.
package struct AuditCheckpoint: Sendable, Equatable, Codable {
    /// The parts of an audit, in their order.
    package enum Phase: String, Sendable, Codable {
        case sources, orphans, done
    }

    /// The failures that were read from the quarantine before the first source was compared.
    package struct SetAside: Sendable, Equatable, Codable {
        package var failures: [SetAsideIndex.Failure]
        /// The number of messages or objects in the quarantine that are no quarantine records.
        package var unreadable: Int
        /// The time of the reading, in seconds since 1970.
        package var time: Double

        /// The duration in seconds after which an audit that continues reads the quarantine again.
        private static let lifetime = 3600.0

        package init(_ index: SetAsideIndex, unreadable: Int, time: Double) {
            (failures, self.unreadable, self.time) = (index.failures, unreadable, time)
        }

        /// Returns true when the failures can be used at a time in seconds since 1970.
        package func isCurrent(at time: Double) -> Bool { (0..<Self.lifetime).contains(time - self.time) }
    }

    /// The version of the JSON structure.
    package var version = 1
    /// The options of the audit (`AuditOptions.identity`). An audit with others cannot be continued.
    package var identity: String
    package var phase = Phase.sources
    /// The key of the last object of the phase that is finished; nil at the start of a phase.
    package var after: String?
    package var totals = AuditTotals()
    /// The number of sources that the estimate before the audit has counted; nil when it has not counted all.
    package var expectedSources: Int?
    /// The failures in the quarantine; nil before they are read. A process that continues has no need to receive all
    /// messages of the dead-letter queue again.
    package var setAside: SetAside?
    /// The requests of all processes.
    package var requests = AuditRequests()

    package init(identity: String) { self.identity = identity }

    /// Reads a checkpoint.
    ///
    /// - Throws: `AuditError` of the kind `.checkpoint` when `json` is none, or is that of an audit with other options.
    package init(json: [UInt8], identity: String, name: String) throws(AuditError) {
        guard let read = try? JSONDecoder().decode(AuditCheckpoint.self, from: Data(json)), read.version == 1
        else {
            throw AuditError(.checkpoint, "\(name) is not a checkpoint of an audit; remove it to begin anew")
        }
        guard read.identity == identity else {
            throw AuditError(
                .checkpoint,
                "\(name) is the checkpoint of an audit with other options or settings; remove it to begin anew"
            )
        }
        self = read
    }

    /// The checkpoint as JSON.
    ///
    /// - Throws: never.
    package func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }
}
