// SPDX-License-Identifier: Apache-2.0

import S3Events
import Testing

struct EventNameTests {
    @Test(arguments: [
        "ObjectCreated:Put", "ObjectCreated:Post", "ObjectCreated:Copy",
        "ObjectCreated:CompleteMultipartUpload", "ObjectCreated:Of2030", "ObjectCreated:*", "ObjectCreated:",
        "ObjectCreated", "objectcreated:put", "OBJECTCREATED:PUT", "s3:ObjectCreated:Put",
        "S3:objectCreated:Put", "s3:ObjectCreated", "PutObject", "putobject", "s3:PutObject", "PostObject",
        "CopyObject", "CompleteMultipartUpload", "ObjectRestore:Completed", "s3:ObjectRestore:Complete",
        "s3:ObjectSynced:Create", "Replication:Create",
    ])
    func `a name that announces an object is read in every spelling`(name: String) throws {
        for source in ["aws:s3", "minio:s3", "ceph:s3", "sgws:s3"] {
            #expect(try onlyEvent(Envelope.decode(s3Body(source: source, name: name))).key == "a.jpg")
        }
    }

    @Test(arguments: [
        "ObjectTagging:Put", "ObjectTagging:Delete", "ObjectAcl:Put", "ObjectAnnotation:Put",
        "ReducedRedundancyLostObject", "Replication:OperationFailedReplication",
        "Replication:OperationCompletedReplication", "Replication:OperationNotTracked",
        "ObjectRestore:Post", "ObjectRestore:Delete", "LifecycleTransition", "IntelligentTiering",
        "intelligenttiering", "ObjectLifecycle:Transition:Current", "ObjectTransition:Complete",
        "ObjectAccessed:Get", "ObjectAccessed:Head", "Scanner:ManyVersions", "BucketCreated:*",
        "BucketRemoved:*", "TestEvent", "ObjectCreated:PutTagging", "ObjectCreated:DeleteTagging",
        "ObjectCreated:PutRetention", "ObjectCreated:PutLegalHold", "GetObject", "PutObjectTagging",
    ])
    func `a known event that neither creates nor deletes an object is reported by its name`(
        name: String
    ) throws {
        #expect(try Envelope.decode(s3Body(name: name)).records == [.other(name: name)])
        #expect(try Envelope.decode(s3Body(name: "s3:" + name)).records == [.other(name: name)])
    }

    @Test(arguments: [
        "ObjectRemoved:Delete", "objectremoved:deletemarkercreated", "ObjectRemoved:NoOP",
        "LifecycleExpiration:Delete", "LifecycleDelMarkerExpiration:Delete",
        "ObjectLifecycle:Expiration:Current", "ObjectSynced:Delete", "Replication:DeletionMarkerCreated",
        "DeleteObject",
    ])
    func `the deletion of an object is known in every spelling`(name: String) throws {
        #expect(try Envelope.decode(s3Body(name: name)).records == [.removed(name: name)])
    }

    /// A message that is skipped is deleted unread, and each of these may be about a new object.
    @Test(arguments: [
        "NewThing:Of2030", "Object", "Created", "ObjectCreate:Put", "ObjectCreated.Put", "Object Created",
        "Put", "ObjectRestore", "ObjectRestore:Of2030", "Replication", "Replication:Of2030",
        "ObjectSynced:Of2030", "ObjectLifecycle:Of2030", "s3:", ":", "s3:s3:ObjectCreated:Put", " ",
        "TestEvent:Put", "OBJECT_CREATE", "GetReadyObject", "PutBucketFile", "ListenerCreate",
        "HeadlineUploaded", "DeleteBucketAndCreate", "ObjectLifecycle:ExpirationOf2030",
        "ObjectLifecycle:TransitionOf2030", "Replication:OperationOf2030",
    ])
    func `an unknown name is an error that contains it`(name: String) throws {
        let error = try #require(try onlyError(s3Body(name: name)))
        #expect(error.kind == .unknownEvent && error.path == "Records[0].eventName")
        #expect(error.detail.contains(name))
    }

    @Test func `a name that is missing or too long is an error`() throws {
        let longest = "ObjectCreated:" + String(repeating: "x", count: 114)
        #expect(try onlyEvent(Envelope.decode(s3Body(name: longest))).key == "a.jpg")
        for name in ["", longest + "x", String(repeating: "x", count: 900_000)] {
            let error = try #require(try onlyError(s3Body(name: name)))
            #expect(error.kind == .invalidRecord && error.path == "Records[0].eventName")
        }
    }
}
