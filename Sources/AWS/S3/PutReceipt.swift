// SPDX-License-Identifier: Apache-2.0

/// The result of an upload.
package struct PutReceipt: Sendable, Equatable {
    /// The ETag with its quotation marks.
    package var eTag: String
    /// The version id; nil in a bucket without versioning.
    package var versionID: String?
    package var requestID: String?
}
