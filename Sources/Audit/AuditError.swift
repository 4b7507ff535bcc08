// SPDX-License-Identifier: Apache-2.0

import AWS

/// An error of an audit, besides those of the AWS client.
package struct AuditError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        /// The queue has refused an event.
        case notSent = "not-sent"
        /// The checkpoint file cannot be read or written, or is that of another audit.
        case checkpoint
        /// The inventory is not one of the source bucket in a format that can be read.
        case inventory
    }

    package var kind: Kind
    /// The error in one sentence: what failed, where, and what to do.
    package var detail: String

    package init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    package var description: String { "\(kind.rawValue): \(detail)" }
}
