// SPDX-License-Identifier: Apache-2.0

package import AWS

/// A source that is not complete, or an output without a source.
package enum AuditFinding: Sendable, Equatable {
    case source(ObjectReference, SourceStatus)
    case orphan(ObjectReference)

    /// The finding as a line of a report: its name, the object, and what is known about it.
    package var line: String {
        switch self {
        case .source(let object, .missing(let count)): "missing  \(object)  \(count) outputs"
        case .source(let object, .stale(let reason)): "stale  \(object)  \(reason.rawValue)"
        case .source(let object, .setAside(let code)): "set-aside  \(object)  \(code)"
        case .source(let object, let state): "\(state.name)  \(object)"
        case .orphan(let object): "orphan  \(object)"
        }
    }
}
