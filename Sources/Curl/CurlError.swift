// SPDX-License-Identifier: Apache-2.0

/// Why the transport as a whole does not work. What goes wrong with one request is a `TransportError`.
package struct CurlError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        /// An option is out of its range.
        case invalidOptions = "invalid-options"
        /// The file of trusted certificates cannot be read.
        case caBundle = "ca-bundle"
        /// The installed libcurl is too old, or built without something that is needed.
        case unsuitableLibrary = "unsuitable-library"
        /// libcurl or the system gave no handle or thread: there is no memory left, or a limit is reached.
        case resources
        /// The loop that carries all transfers has ended by an error. Only a new process helps.
        case loopDied = "loop-died"
    }

    package var kind: Kind
    package var description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
