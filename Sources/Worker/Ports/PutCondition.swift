// SPDX-License-Identifier: Apache-2.0

/// The condition under which a put stores its object.
package enum PutCondition: Sendable, Equatable {
    case none
    /// No object has this key (`If-None-Match: *`).
    case absent
    /// The object with this key has this ETag (`If-Match`). The ETag is without quotation marks.
    case unchanged(eTag: String)
}
