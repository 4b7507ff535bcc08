// SPDX-License-Identifier: Apache-2.0

/// An entry of a batch that failed although the call as a whole succeeded.
package struct BatchFailure: Sendable, Equatable {
    /// The position of the entry in the argument of the call.
    package var index: Int
    /// The service's error code, `Unknown` without one, or `NotAnswered` when the response does not mention the entry.
    package var code: String
    package var message: String
    /// True when the entry itself is wrong, so that sending it again does not help.
    package var isSenderFault: Bool

    package init(index: Int, code: String, message: String, isSenderFault: Bool) {
        self.index = index
        self.code = code
        self.message = message
        self.isSenderFault = isSenderFault
    }

    /// The kind of `AWSError` that the code means; for an unknown code `.other` or, without the sender's fault,
    /// `.server`.
    package var kind: AWSError.Kind { ErrorCodes.kind(ofCode: code) ?? (isSenderFault ? .other : .server) }
}
