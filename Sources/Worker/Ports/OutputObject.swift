// SPDX-License-Identifier: Apache-2.0

package import AWS

/// An object that the worker stores: an output, or a record of the quarantine.
package struct OutputObject: Sendable, Equatable {
    package var name: ObjectReference
    package var bytes: [UInt8]
    /// The media type of the object, such as `image/jpeg`.
    package var contentType: String
    /// The user-defined metadata by name, in lower case and without `x-amz-meta-`.
    package var metadata: [String: String]
    /// The tags of the object, in addition to those that the store sets on every object.
    package var tags: [String: String]

    package init(
        name: ObjectReference, bytes: [UInt8], contentType: String, metadata: [String: String],
        tags: [String: String] = [:]
    ) {
        self.name = name
        self.bytes = bytes
        self.contentType = contentType
        self.metadata = metadata
        self.tags = tags
    }
}
