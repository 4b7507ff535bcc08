// SPDX-License-Identifier: Apache-2.0

/// The kind of an S3 event, derived from the name of the event such as `ObjectCreated:Put`.
enum EventName {
    /// An object was created, or restored from an archive, and its bytes can be read.
    case created
    /// An object was deleted, by a request or a lifecycle rule.
    case removed
    /// Any other event, such as a change of the tags of an object.
    case other

    /// Determines the kind of an event by its name.
    ///
    /// - Parameter name: the name of the event without the prefix `s3:`, such as `ObjectCreated:Put`.
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
