// SPDX-License-Identifier: Apache-2.0

/// The result of an upload: the ETag and the version id of the stored object.
package struct PutReceipt: Sendable, Equatable {
    /// The ETag of the stored object with its quotation marks.
    package var eTag: String
    /// The version id of the stored object; nil in a bucket without versioning.
    package var versionID: String?
    package var requestID: String?
}
