// SPDX-License-Identifier: Apache-2.0

/// An error of the transport as a whole. An error of one request is a `TransportError`.
package struct CurlError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        /// An option is outside its range.
        case invalidOptions = "invalid-options"
        /// The CA bundle cannot be read.
        case caBundle = "ca-bundle"
        /// The installed libcurl is too old or lacks a required feature.
        case unsuitableLibrary = "unsuitable-library"
        /// The process has no memory, descriptor or thread left for the transport.
        case resources
        /// The loop has ended because of an error. The transport cannot be used any more, so the process should exit.
        case loopDied = "loop-died"
    }

    package var kind: Kind
    /// The cause, in one sentence.
    package var description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
