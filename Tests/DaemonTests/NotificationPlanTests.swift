// SPDX-License-Identifier: Apache-2.0

import AWS
import Daemon
import Testing
import Worker

/// Tests of the comparison of a bucket's notification with the queue and the filter of the settings.
struct NotificationPlanTests {
    private static let queue = "arn:aws:sqs:eu-west-1:123456789012:pictures"

    private func plan(
        _ destinations: [BucketNotification.Destination], include: [String] = [], exclude: [String] = [],
        bridge: Bool = false
    ) -> NotificationPlan {
        NotificationPlan(
            BucketNotification(destinations: destinations, sendsToEventBridge: bridge), to: Self.queue,
            filter: ObjectFilter(include: include, exclude: exclude))
    }

    private func queue(
        _ events: [String] = ["s3:ObjectCreated:*"], prefix: String = "", suffix: String = ""
    ) -> BucketNotification.Destination {
        .init(.queue, Self.queue, id: "Q", events: events, prefix: prefix, suffix: suffix)
    }

    @Test func `a notification to another destination does not lead to the queue`() {
        let topic = BucketNotification.Destination(.topic, Self.queue, events: ["s3:ObjectCreated:*"])
        #expect(plan([topic]).problems == [.missing])
        #expect(plan([queue(["s3:ObjectRemoved:*"])]).problems == [.missing])
        #expect(plan([queue(["s3:*"])]).problems.isEmpty)
    }

    @Test func `all calls that create objects must be announced`() {
        #expect(
            plan([queue(["s3:ObjectCreated:Put", "s3:ObjectCreated:Copy"])]).problems
                == [.events(["Post", "CompleteMultipartUpload"])])
        let parts = plan([
            queue(["s3:ObjectCreated:Put", "s3:ObjectCreated:Copy"], prefix: "a/"),
            queue(["s3:ObjectCreated:Post", "s3:ObjectCreated:CompleteMultipartUpload"], prefix: "b/"),
        ])
        #expect(parts.problems.isEmpty)
    }

    @Test func `keys that the settings exclude are a contradiction`() {
        let photos = queue(prefix: "photos/", suffix: ".jpg")
        #expect(plan([photos], include: ["photos/*"]).problems.isEmpty)
        #expect(plan([photos], include: ["*.jp?"]).problems.isEmpty)
        #expect(
            plan([photos], include: ["*.png"]).problems == [.contradiction(keys: "photos/*.jpg", all: true)])
        #expect(
            plan([photos], exclude: ["photos/*"]).problems == [
                .contradiction(keys: "photos/*.jpg", all: true)
            ])
        #expect(plan([photos], exclude: ["photos/a*"]).problems.isEmpty)
        #expect(
            plan([photos, queue(prefix: "raw/")], include: ["photos/*"]).problems
                == [.contradiction(keys: "raw/*", all: false)])
    }

    @Test func `patterns that no event matches are a gap`() {
        #expect(
            plan([queue(prefix: "a/")], include: ["a/*", "b/*", "*.png"]).problems == [.gap("b/*")])
    }

    @Test func `the mended configuration has no problem and keeps the other destinations`() throws {
        let topic = BucketNotification.Destination(
            .topic, "arn:aws:sns:eu-west-1:123456789012:t", events: ["s3:ObjectRemoved:*"], prefix: "x/")
        let mended = try #require(
            plan(
                [topic, queue(["s3:ObjectCreated:Put", "s3:ObjectTagging:*"], prefix: "raw/")],
                include: ["photos/a*", "photos/b/*"], bridge: true
            ).mended)
        #expect(
            mended
                == #"{"QueueConfigurations": [{"Id": "Q", "QueueArn": "\#(Self.queue)", "Events": "#
                + #"["s3:ObjectCreated:*", "s3:ObjectTagging:*"], "Filter": {"Key": {"FilterRules": "#
                + #"[{"Name": "prefix", "Value": "photos/"}]}}}], "TopicConfigurations": [{"TopicArn": "#
                + #""arn:aws:sns:eu-west-1:123456789012:t", "Events": ["s3:ObjectRemoved:*"], "Filter": "#
                + #"{"Key": {"FilterRules": [{"Name": "prefix", "Value": "x/"}]}}}], "#
                + #""EventBridgeConfiguration": {}}"#)
        // No notification helps when the settings exclude every key.
        #expect(plan([queue()], exclude: ["*"]).mended == nil)
    }
}
