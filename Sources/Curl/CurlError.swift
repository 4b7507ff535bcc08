// SPDX-License-Identifier: Apache-2.0

/// An error of the transport as a whole. The error of a single request is a `TransportError`.
package struct CurlError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        /// The value of an option is outside its range.
        case invalidOptions = "invalid-options"
        /// The file of CA certificates (CA bundle) cannot be read.
        case caBundle = "ca-bundle"
        /// The installed libcurl is too old or lacks a required feature.
        case unsuitableLibrary = "unsuitable-library"
        /// The process has no memory, file descriptor or thread left for the transport.
        case resources
        /// The event loop has ended because of an error. The transport can no longer be used, so the process should
        /// exit.
        case loopDied = "loop-died"
    }

    package var kind: Kind
    /// The cause of the error in one sentence.
    package var description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
