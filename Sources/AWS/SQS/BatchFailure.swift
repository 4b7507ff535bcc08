// SPDX-License-Identifier: Apache-2.0

import Support

/// The failure of one entry of an SQS batch request that succeeded as a whole.
package struct BatchFailure: Sendable, Equatable {
    /// The index of the entry in the argument of the call, counted from 0.
    package var index: Int
    /// The error code of SQS, at most 128 bytes; `Unknown` when there is none, and `NotAnswered` when the response does
    /// not contain the entry.
    package var code: String
    /// The message of SQS, at most 1024 bytes.
    package var message: String
    /// True when the cause is the entry itself (`SenderFault` of SQS), so that a repetition fails as well.
    package var isSenderFault: Bool

    package init(index: Int, code: String, message: String, isSenderFault: Bool) {
        self.index = index
        self.code = code.truncated(toBytes: 128).withoutControlCharacters
        self.message = message.truncated(toBytes: 1024).withoutControlCharacters
        self.isSenderFault = isSenderFault
    }

    /// The kind of error for the code; for an unknown code `.other` when `isSenderFault` is true, and `.server`
    /// otherwise.
    package var kind: AWSError.Kind { ErrorCodes.kind(ofCode: code) ?? (isSenderFault ? .other : .server) }
}
