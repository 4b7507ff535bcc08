// SPDX-License-Identifier: Apache-2.0

import S3Events
import Testing

struct CloudTrailReaderTests {
    @Test(arguments: ["PutObject", "PostObject", "CopyObject", "CompleteMultipartUpload", "putobject"])
    func `a call that creates an object gives its bucket, key and version`(call: String) throws {
        let expected = ObjectEvent(
            dialect: .cloudTrail, bucket: "source", key: "a.jpg", versionID: "v2", time: 1_767_225_600)
        let event = cloudTrailEvent(cloudTrail(call))
        #expect(try onlyEvent(Envelope.decode(event)) == expected)
        #expect(try onlyEvent(Envelope.decode(inSNS(event))) == expected)
        let untyped = event.replacing(#""detail-type":"AWS API Call via CloudTrail","#, with: "")
        #expect(untyped != event)
        #expect(try onlyEvent(Envelope.decode(untyped)) == expected)
    }

    @Test(arguments: ["a+b.jpg", "100%.jpg", "a%2Fb.jpg", "ü ö.jpg", "folder/"])
    func `a key in an event of CloudTrail is not decoded`(key: String) throws {
        #expect(try onlyEvent(Envelope.decode(cloudTrailEvent(cloudTrail(key: key)))).key == key)
    }

    @Test func `a call that failed created no object`() throws {
        let failed = cloudTrail(error: #""errorCode":"AccessDenied","errorMessage":"no","#)
        #expect(try Envelope.decode(cloudTrailEvent(failed)).records == [.other(name: "PutObject")])
        let succeeded = cloudTrail(error: #""errorCode":null,"#)
        #expect(try onlyEvent(Envelope.decode(cloudTrailEvent(succeeded))).key == "a.jpg")
    }

    @Test func `an empty error code is none, and one that is no string is an error`() throws {
        let empty = cloudTrail(error: #""errorCode":"","#)
        #expect(try onlyEvent(Envelope.decode(cloudTrailEvent(empty))).key == "a.jpg")
        for code in ["7", "true", "{}", "[]"] {
            let event = cloudTrailEvent(cloudTrail(error: #""errorCode":\#(code),"#))
            let error = try #require(try onlyError(event))
            #expect(error.kind == .unknownEvent && error.path == "detail.errorCode")
        }
    }

    @Test(arguments: ["DeleteObject", "DeleteObjects"])
    func `a call that deletes objects is reported by its name`(call: String) throws {
        let event = cloudTrailEvent(cloudTrail(call).replacing(#""key":"a.jpg""#, with: #""x":1"#))
        #expect(try Envelope.decode(event).records == [.removed(name: call)])
    }

    @Test(arguments: [
        "GetObject", "HeadObject", "ListObjectsV2", "PutObjectTagging", "DeleteObjectTagging",
        "PutObjectAcl", "PutObjectRetention", "PutObjectLegalHold", "RestoreObject",
        "CreateMultipartUpload", "UploadPart", "UploadPartCopy", "AbortMultipartUpload",
        "PutBucketPolicy", "DeleteBucketPolicy", "GetBucketPublicAccessBlock", "HeadBucket", "ListBuckets",
        "PutObjectAnnotation", "PutObjectLockRetention", "UpdateObjectEncryption", "CreateSession",
    ])
    func `a call that creates no object is reported by its name`(call: String) throws {
        #expect(try Envelope.decode(cloudTrailEvent(cloudTrail(call))).records == [.other(name: call)])
    }

    @Test(arguments: [
        "JobStatusChanged", "RenameObject", "PutObjectTwice", "DeleteObjectsNow", "Put", "GetReadyObject",
        "PutBucketFile",
    ])
    func `an unknown call is an error that names it`(call: String) throws {
        let error = try #require(try onlyError(cloudTrailEvent(cloudTrail(call))))
        #expect(error.kind == .unknownEvent && error.path == "detail.eventName")
        #expect(error.detail.contains(call))
    }

    @Test(arguments: [
        (#""bucketName":"source""#, #""x":1"#, "detail.requestParameters.bucketName"),
        (#""key":"a.jpg""#, #""x":1"#, "detail.requestParameters.key"),
        (#""key":"a.jpg""#, #""key":7"#, "detail.requestParameters.bucketName"),
        (#""eventName":"PutObject","#, "", "detail.eventName"),
        ("s3.amazonaws.com", "ec2.amazonaws.com", "detail.eventSource"),
        (#""eventVersion":"1.11""#, #""eventVersion":"2.0""#, "detail.eventVersion"),
        (#""eventName":"PutObject""#, #""eventName":7"#, "detail"),
    ])
    func `an event without a required field is an error that names the field`(
        part: String, replacement: String, path: String
    ) throws {
        let event = cloudTrail().replacing(part, with: replacement)
        #expect(event != cloudTrail())
        #expect(try #require(try onlyError(cloudTrailEvent(event))).path == path)
    }
}
