// SPDX-License-Identifier: Apache-2.0

/// The condition under which a put (upload of an object) stores its object.
package enum PutCondition: Sendable, Equatable {
    case none
    /// The condition that no object with the key exists (`If-None-Match: *`).
    case absent
    /// The condition that the existing object has this ETag (`If-Match`). The ETag has no quotation marks.
    case unchanged(eTag: String)
}
