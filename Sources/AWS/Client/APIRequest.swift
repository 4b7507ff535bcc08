// SPDX-License-Identifier: Apache-2.0

import HTTP
import SigV4

/// One operation, ready to be signed and sent. It carries the facts that the retry loop decides by.
struct APIRequest: Sendable {
    /// AWS's name, for example `GetObject`.
    var operation: String
    /// For people: `s3://bucket/key` or a queue's URL.
    var resource: String
    /// Not yet signed. Its limits are those of one attempt.
    var request: Request
    /// Nil for the few operations that are called without credentials.
    var signer: Signer?
    var form: ServiceError.Form
    /// What the request carries beside its signature and nobody may see.
    var secrets: [Secret] = []
    /// For all attempts together.
    var total: Duration
    /// The caller asks again and again: when it fails, it does so slowly, so that the caller's loop cannot
    /// spin.
    var isLongPoll = false
    /// What is wrong with a successful answer, for example a wrong checksum; such an answer is asked for
    /// again.
    var check: @Sendable (Response) -> (kind: AWSError.Kind, message: String)? = { _ in nil }
}
