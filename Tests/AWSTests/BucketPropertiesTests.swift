// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import Scripted
import Testing

/// Tests of the properties of buckets and queues that `pixelated check` reads.
struct BucketPropertiesTests {
    private static let namespace = #"xmlns="http://s3.amazonaws.com/doc/2006-03-01/""#

    @Test func `a notification has its destinations, events and filters`() async throws {
        let harness = try await AWSHarness([
            .respond(
                200, [:],
                """
                <NotificationConfiguration \(Self.namespace)><QueueConfiguration><Id>Q</Id><Queue>arn:q</Queue>\
                <Event>s3:ObjectCreated:Put</Event><Event>s3:ObjectCreated:Copy</Event><Filter><S3Key><FilterRule>\
                <Name>Prefix</Name><Value>a/</Value></FilterRule><FilterRule><Name>suffix</Name><Value>.jpg</Value>\
                </FilterRule></S3Key></Filter></QueueConfiguration><TopicConfiguration><Topic>arn:t</Topic>\
                <Event>s3:ObjectRemoved:*</Event></TopicConfiguration><CloudFunctionConfiguration>\
                <CloudFunction>arn:f</CloudFunction></CloudFunctionConfiguration><EventBridgeConfiguration/>\
                </NotificationConfiguration>
                """)
        ])
        let found = try await harness.s3.notification(of: "pictures")
        #expect(
            found.destinations == [
                .init(
                    .queue, "arn:q", id: "Q", events: ["s3:ObjectCreated:Put", "s3:ObjectCreated:Copy"],
                    prefix: "a/", suffix: ".jpg"),
                .init(.topic, "arn:t", events: ["s3:ObjectRemoved:*"]), .init(.function, "arn:f", events: []),
            ])
        #expect(found.sendsToEventBridge)
        let request = try #require(harness.transport.requests.first)
        #expect(request.method == .get && request.url.path == "/")
        #expect(request.url.query.map(\.name) == ["notification"])
        harness.expectPlayed()
    }

    @Test func `a response with another root element is no notification`() async throws {
        let page = ScriptedTransport.Step.respond(200, [:], "<html/>")
        let harness = try await AWSHarness([page, page, page])
        let error = try await awsError { try await harness.s3.notification(of: "pictures") }
        #expect(error.kind == .malformedResponse)
    }

    @Test(arguments: [
        ("<VersioningConfiguration/>", BucketVersioning.never),
        ("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", .enabled),
        ("<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>", .suspended),
    ])
    func `the versioning of a bucket is read`(_ body: String, _ expected: BucketVersioning) async throws {
        let harness = try await AWSHarness([.respond(200, [:], body)])
        #expect(try await harness.s3.versioning(of: "pictures") == expected)
    }

    @Test func `a bucket without ownership controls has ACLs`() async throws {
        let harness = try await AWSHarness([
            .respond(404, [:], "<Error><Code>OwnershipControlsNotFoundError</Code></Error>"),
            .respond(
                200, [:],
                "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>"
                    + "</OwnershipControls>"),
        ])
        #expect(try await harness.s3.ownership(of: "pictures") == .objectWriter)
        #expect(try await harness.s3.ownership(of: "pictures") == .bucketOwnerEnforced)
    }

    @Test func `lifecycle rules keep all their parts as JSON`() async throws {
        let harness = try await AWSHarness([
            .respond(
                200, [:],
                """
                <LifecycleConfiguration \(Self.namespace)><Rule><ID>a "b"</ID><Filter><And><Prefix>x/</Prefix><Tag>\
                <Key>k</Key><Value>v</Value></Tag><ObjectSizeGreaterThan>9</ObjectSizeGreaterThan></And></Filter>\
                <Status>Enabled</Status><Transition><Days>3</Days><StorageClass>GLACIER</StorageClass></Transition>\
                <Transition><Days>9</Days><StorageClass>DEEP_ARCHIVE</StorageClass></Transition>\
                <NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration></Rule>\
                <Rule><ID>c</ID><Filter/><Status>Disabled</Status><Expiration>\
                <ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>\
                <NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration></Rule>\
                </LifecycleConfiguration>
                """)
        ])
        let rules = try await harness.s3.lifecycle(of: "pictures").rules
        #expect(
            rules.map(\.json) == [
                #"{"ID":"a \"b\"","Filter":{"And":{"Prefix":"x\/","Tags":[{"Key":"k","Value":"v"}],"#
                    + #""ObjectSizeGreaterThan":9}},"Status":"Enabled","Transitions":[{"Days":3,"#
                    + #""StorageClass":"GLACIER"},{"Days":9,"StorageClass":"DEEP_ARCHIVE"}],"#
                    + #""NoncurrentVersionExpiration":{"NoncurrentDays":1}}"#,
                #"{"ID":"c","Filter":{},"Status":"Disabled","Expiration":{"ExpiredObjectDeleteMarker":true},"#
                    + #""NoncurrentVersionExpiration":{"NoncurrentDays":1}}"#,
            ])
        #expect(rules.map(\.isPartial) == [true, false])
        #expect(rules.map(\.expiresNoncurrentVersions) == [true, false])
    }

    @Test(arguments: [
        ("<Prefix>out/</Prefix>", "out/small/", true), ("<Prefix>out/</Prefix>", "", false),
        ("<Filter><Prefix></Prefix></Filter>", "out/", true), ("<Filter/>", "", true),
        ("<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter>", "", false),
    ])
    func `a rule must cover the prefix of the outputs`(_ filter: String, _ prefix: String, _ expected: Bool)
        async throws
    {
        let rule =
            "<Rule>\(filter)<Status>Enabled</Status><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>"
            + "</NoncurrentVersionExpiration></Rule>"
        let harness = try await AWSHarness([
            .respond(200, [:], "<LifecycleConfiguration>\(rule)</LifecycleConfiguration>")
        ])
        let rules = try await harness.s3.lifecycle(of: "pictures")
        #expect(rules.expireNoncurrentVersions(under: prefix) == expected)
    }

    @Test func `a bucket without lifecycle configuration has no rules`() async throws {
        let harness = try await AWSHarness([
            .respond(404, [:], "<Error><Code>NoSuchLifecycleConfiguration</Code></Error>")
        ])
        #expect(try await harness.s3.lifecycle(of: "pictures").rules.isEmpty)
    }

    @Test func `a queue has its attributes`() async throws {
        let harness = try await AWSHarness([
            .respond(
                200, [:],
                #"{"Attributes":{"QueueArn":"arn:q","VisibilityTimeout":"30","MessageRetentionPeriod":"60","#
                    + #""Policy":"{}","KmsMasterKeyId":"alias/aws/sqs","#
                    + #""RedrivePolicy":"{\"deadLetterTargetArn\":\"arn:d\",\"maxReceiveCount\":4}"}}"#)
        ])
        let found = try await harness.sqs.attributes()
        #expect(found.arn == "arn:q" && found.policy == "{}" && found.kmsKeyID == "alias/aws/sqs")
        #expect(found.visibilitySeconds == 30 && found.retentionSeconds == 60)
        #expect(found.redrive?.deadLetterTargetARN == "arn:d" && found.redrive?.maxReceiveCount == 4)
        #expect(try harness.sqs.isAmazon)
    }

    @Test func `the fastest exchange determines the difference of the clocks`() async throws {
        let clock = VirtualClock()
        // Each exchange takes a number of seconds, and its date is that of the server in the middle of it.
        func exchange(seconds: Double, date: String) -> ScriptedTransport.Step {
            ScriptedTransport.Step { _ throws(TransportError) in
                clock.advance(.seconds(seconds))
                return Response(status: 200, headers: ["Date": date], body: [])
            }
        }
        let server = ServerClock(
            ScriptedTransport([
                exchange(seconds: 4, date: Self.date(clock.now() - 100)),
                exchange(seconds: 0, date: Self.date(clock.now() - 60)),
                exchange(seconds: 2, date: Self.date(clock.now() + 500)),
            ]), clock: clock)
        #expect(server.secondsFast == nil)
        for _ in 1...3 { _ = try await server.send(Request(.get, HTTP.URL(.https, host: "x"))) }
        let fast = try #require(server.secondsFast)
        #expect(abs(fast - 64) <= 1)
    }

    private static func date(_ time: Double) -> String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return format.string(from: Date(timeIntervalSince1970: time))
    }
}
