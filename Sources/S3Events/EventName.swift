// SPDX-License-Identifier: Apache-2.0

/// The kind of an event, derived from the name that its sender gives it. A name that no sender documents has no kind:
/// such an event can announce a new object, so it must not be skipped.
///
/// Letter case is ignored in all names, because the senders that imitate S3 differ in it.
enum EventName {
    /// An object was created, or restored from an archive, and its bytes can be read.
    case created
    /// An object was deleted, by a request or a lifecycle rule.
    case removed
    /// Another event that creates no object, such as a change of the tags of an object.
    case other

    /// The maximum length in bytes of a name that is read. The longest documented names have about 60.
    static let maximumBytes = 128

    /// Determines the kind of an event of an S3 notification. The result is nil for an unknown name.
    ///
    /// The names are those of S3 (S3 User Guide, "Event notification types and destinations"), MinIO (`mc event add`)
    /// and Ceph ("S3 Bucket Notifications Compatibility"), and the names of API calls (`init(call:)`). Where all events
    /// of a type, the part before the first colon, have one kind, the part behind it is not looked at.
    ///
    /// - Parameter name: the name without the prefix `s3:`, such as `ObjectCreated:Put`. The part after the first colon
    ///   may be absent.
    init?(_ name: String) {
        guard name.utf8.count <= Self.maximumBytes else { return nil }
        let parts = name.lowercased().split(
            separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        switch (parts.first ?? "", parts.count > 1 ? parts[1] : "") {
        // MinIO gives these names to changes of an object that exists.
        case ("objectcreated", "puttagging"), ("objectcreated", "deletetagging"),
            ("objectcreated", "putretention"), ("objectcreated", "putlegalhold"):
            self = .other
        // Ceph reports with `ObjectSynced` and `Replication` that an object arrived from another zone.
        case ("objectcreated", _), ("objectrestore", "completed"), ("objectrestore", "complete"),
            ("objectsynced", "create"), ("replication", "create"):
            self = .created
        case ("objectremoved", _), ("lifecycleexpiration", _), ("lifecycledelmarkerexpiration", _),
            ("objectsynced", "delete"), ("objectsynced", "deletionmarkercreated"),
            ("replication", "delete"), ("replication", "deletionmarkercreated"):
            self = .removed
        case ("objectlifecycle", "expiration"), ("objectlifecycle", "expiration:current"),
            ("objectlifecycle", "expiration:noncurrent"), ("objectlifecycle", "expiration:deletemarker"),
            ("objectlifecycle", "expiration:abortmultipartupload"):
            self = .removed
        case ("objectlifecycle", "transition"), ("objectlifecycle", "transition:current"),
            ("objectlifecycle", "transition:noncurrent"), ("replication", "operationfailedreplication"),
            ("replication", "operationmissedthreshold"), ("replication", "operationnottracked"),
            ("replication", "operationreplicatedafterthreshold"),
            ("replication", "operationcompletedreplication"):
            self = .other
        case ("objectrestore", "post"), ("objectrestore", "delete"), ("objecttagging", _),
            ("objectacl", _), ("objectannotation", _), ("lifecycletransition", _),
            ("objecttransition", _), ("intelligenttiering", _), ("reducedredundancylostobject", _),
            ("objectaccessed", _), ("scanner", _), ("bucketcreated", _), ("bucketremoved", _),
            ("testevent", ""):
            self = .other
        default: self.init(call: name)
        }
    }

    /// Determines the kind of an event of EventBridge (S3 User Guide, "Using EventBridge"). The result is nil for an
    /// unknown type.
    ///
    /// - Parameter detailType: the field `detail-type` of the event, such as `Object Created`.
    init?(detailType: String) {
        guard detailType.utf8.count <= Self.maximumBytes else { return nil }
        switch detailType.lowercased() {
        case "object created", "object restore completed": self = .created
        case "object deleted": self = .removed
        case "object restore initiated", "object restore expired", "object tags added",
            "object tags deleted", "object acl updated", "object storage class changed",
            "object access tier changed":
            self = .other
        default: return nil
        }
    }

    /// Determines the kind of a successful call to the API of S3, such as `PutObject`. The result is nil for an unknown
    /// call.
    init?(call: String) {
        guard call.utf8.count <= Self.maximumBytes else { return nil }
        let call = call.lowercased()
        switch call {
        case "putobject", "postobject", "copyobject", "completemultipartupload": self = .created
        case "deleteobject", "deleteobjects": self = .removed
        default:
            guard S3Calls.withoutObjects.contains(call) else { return nil }
            self = .other
        }
    }
}
