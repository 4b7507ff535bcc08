// SPDX-License-Identifier: Apache-2.0

package import AWS

/// A source that is not complete, or an output without a source.
package enum AuditFinding: Sendable, Equatable {
    case source(ObjectReference, SourceStatus)
    case orphan(ObjectReference)

    /// The finding as a line of a report: its name, the object, and what is known about it.
    package var line: String {
        switch self {
        case .source(let object, let state):
            [state.name, "\(object)", state.detail].compactMap(\.self).joined(separator: "  ")
        case .orphan(let object): "orphan  \(object)"
        }
    }
}
