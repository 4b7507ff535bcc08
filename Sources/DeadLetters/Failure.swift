// SPDX-License-Identifier: Apache-2.0

import Support
package import Worker

/// The kind and the code of a failure, by which dead letters are grouped.
package struct Failure: Sendable, Hashable, CustomStringConvertible {
    /// The kind, in general a raw value of `WorkerError.Kind`; at most 100 bytes.
    package let error: String
    /// The error code, which is more specific than the kind; at most 128 bytes.
    package let code: String

    package init(error: String, code: String) {
        self.error = error.truncated(toBytes: 100).withoutControlCharacters
        self.code = code.truncated(toBytes: 128).withoutControlCharacters
    }

    /// Makes the failure of an error.
    package init(_ error: WorkerError) { self.init(error: error.kind.rawValue, code: error.code) }

    /// The failure of a message that the redrive policy has moved.
    package static let unknown = Failure(error: "no-reason", code: "")

    /// The kind, and the code in parentheses when it says more.
    package var description: String { code.isEmpty || code == error ? error : "\(error) (\(code))" }

    /// Returns true when `name` is the kind or the code.
    package func isNamed(_ name: String) -> Bool { name == error || name == code }
}
