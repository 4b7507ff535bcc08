// SPDX-License-Identifier: Apache-2.0

/// The kind of an S3 event, by its name.
enum EventName {
    /// The bytes of an object can be read from now on: it was created, or restored from an archive.
    case created
    /// An object was deleted, by a request or a lifecycle rule.
    case removed
    /// Another event, as a change of tags.
    case other

    /// - Parameter name: the event name without a leading `s3:`.
    init(_ name: String) {
        if name.hasPrefix("ObjectCreated:") || name == "ObjectRestore:Completed" {
            self = .created
        } else if name.hasPrefix("ObjectRemoved:") || name.hasPrefix("LifecycleExpiration:") {
            self = .removed
        } else {
            self = .other
        }
    }
}
