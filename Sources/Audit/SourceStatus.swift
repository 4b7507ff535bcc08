// SPDX-License-Identifier: Apache-2.0

import Support

/// The result of the audit of one source.
package enum SourceStatus: Sendable, Equatable {
    /// All outputs exist, and were made from the present source with the present settings.
    case complete
    /// Some outputs, as many as the number, do not exist.
    case missing(Int)
    /// All outputs exist, and some of them have the reason for which they are outdated.
    case stale(StaleReason)
    /// The worker has stored a failure of this source in the quarantine; the text is its error code.
    case setAside(String)
    /// The source has no outputs: it is a folder, an output itself, a quarantine record, or excluded by the filter.
    case ignored

    /// The reason for which an output is outdated.
    package enum StaleReason: String, Sendable, Equatable, CaseIterable {
        /// The source has changed since the output was made.
        case source = "source-changed"
        /// The settings that determine the bytes of outputs, or the program, have changed since the output was made.
        case recipe = "recipe-changed"
        /// The output was made from another source, or not by this program.
        case origin = "other-origin"
        /// The output is older than the source, by the times of the listings alone.
        case time = "older-than-source"
    }

    /// True when the outputs have to be made.
    package var needsWork: Bool {
        switch self {
        case .missing, .stale: true
        case .complete, .setAside, .ignored: false
        }
    }

    /// The name of the state in reports.
    package var name: String {
        switch self {
        case .complete: "complete"
        case .missing: "missing"
        case .stale: "stale"
        case .setAside: "set-aside"
        case .ignored: "ignored"
        }
    }

    /// The number of outputs that do not exist, the reason or the error code, as text; nil when there is none.
    var detail: String? {
        switch self {
        case .missing(let count): count.counted("output")
        case .stale(let reason): reason.rawValue
        case .setAside(let code): code
        case .complete, .ignored: nil
        }
    }
}
