// SPDX-License-Identifier: Apache-2.0

import Foundation
import S3Events
import Testing

// Message bodies as AWS documents them, with parameters for what a test varies.

/// An S3 notification with one record a key (S3 User Guide, "Event message structure").
func s3Body(
    _ keys: [String] = ["a.jpg"], source: String = "aws:s3", name: String = "ObjectCreated:Put",
    version: String = "2.6", eTag: String = "d41d8cd98f", size: String = "1024"
) -> String {
    let records = keys.map { key in
        """
        {"eventVersion":"\(version)","eventSource":"\(source)","awsRegion":"us-east-1",
         "eventTime":"2026-01-01T00:00:00.000Z","eventName":"\(name)","userIdentity":{"principalId":"P"},
         "requestParameters":{"sourceIPAddress":"127.0.0.1"},
         "s3":{"s3SchemaVersion":"1.0","configurationId":"c","bucket":{"name":"source",
         "ownerIdentity":{"principalId":"P"},"arn":"arn:aws:s3:::source"},
         "object":{"key":"\(key)","size":\(size),"eTag":"\(eTag)","versionId":"v1","sequencer":"0055AED6DCD9"}}}
        """
    }
    return "{\"Records\":[\(records.joined(separator: ","))]}"
}

/// An SNS notification around `message`.
func inSNS(_ message: String) throws -> String {
    let fields = ["Type": "Notification", "MessageId": "m", "TopicArn": "t", "Message": message]
    return String(decoding: try JSONEncoder().encode(fields), as: UTF8.self)
}

/// An EventBridge event (S3 User Guide, "EventBridge event message structure").
func eventBridge(key: String = "a.jpg", type: String = "Object Created", source: String = "aws.s3") -> String
{
    """
    {"version":"0","id":"i","detail-type":"\(type)","source":"\(source)","account":"1",
     "time":"2026-01-01T00:00:00Z","region":"us-east-1","resources":["arn:aws:s3:::source"],
     "detail":{"version":"0","bucket":{"name":"source"},"object":{"key":"\(key)","size":7,"etag":"e",
     "version-id":"v","sequencer":"00AA"},"request-id":"r","reason":"PutObject"}}
    """
}

/// An event of CloudTrail about a call to the API of S3 (CloudTrail User Guide, "record contents").
///
/// - Parameter error: the fields of a failed call, such as `"errorCode":"AccessDenied",`.
func cloudTrail(_ call: String = "PutObject", key: String = "a.jpg", error: String = "") -> String {
    """
    {"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"P"},
     "eventTime":"2026-01-01T00:00:00Z","eventSource":"s3.amazonaws.com","eventName":"\(call)",\(error)
     "awsRegion":"us-east-1","requestParameters":{"bucketName":"source","Host":["h"],"key":"\(key)"},
     "responseElements":{"x-amz-version-id":"v2"},"additionalEventData":{"bytesTransferredIn":7.0},
     "readOnly":false,"eventType":"AwsApiCall","managementEvent":false,"eventCategory":"Data"}
    """
}

/// An event of CloudTrail as EventBridge sends it.
func cloudTrailEvent(_ detail: String, type: String = "AWS API Call via CloudTrail") -> String {
    """
    {"version":"0","id":"i","detail-type":"\(type)","source":"aws.s3","account":"1",
     "time":"2026-01-01T00:00:00Z","region":"us-east-1","resources":[],"detail":\(detail)}
    """
}

/// The error of a body that is not understood as a whole, or of its only record.
func onlyError(_ body: String) throws -> S3EventsError? {
    let notification: S3Notification
    do { notification = try Envelope.decode(body) } catch { return error }
    try #require(notification.records.count == 1)
    if case .unreadable(let error) = notification.records[0] { return error }
    return nil
}

/// The event of a notification with one record that is `.created`.
func onlyEvent(_ notification: S3Notification) throws -> ObjectEvent {
    try #require(notification.records.count == 1)
    guard case .created(let event) = notification.records[0] else {
        throw S3EventsError(.unknownShape, at: "", "no created record: \(notification.records)")
    }
    return event
}
