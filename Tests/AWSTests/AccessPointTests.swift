// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import Foundation
import HTTP
import Scripted
import Support
import Testing

/// Tests of access points in the place of buckets. `EndpointsTests` compares their host names with botocore.
struct AccessPointTests {
    private static let point = "arn:aws:s3:eu-west-1:123456789012:accesspoint/pictures"
    private static let multiRegion = "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap"

    @Test(arguments: [
        "arn:aws:s3:eu-west-1:123456789012:accesspoint/", "arn:aws:s3:eu-west-1:12345:accesspoint/pictures",
        "arn:aws:s3:eu-west-1:123456789012:bucket/pictures", "arn:aws:s3:::pictures",
        "arn:aws:s3-outposts:eu-west-1:123456789012:accesspoint/pictures",
        "arn:aws:s3-object-lambda:eu-west-1:123456789012:accesspoint/pictures",
        "arn:aws:s3::123456789012:accesspoint/pictures",
        "arn:aws:s3:eu-west-1:123456789012:accesspoint/a.mrap",
        "arn:aws:s3:cn-north-1:123456789012:accesspoint/pictures",
        "arn:other:s3:eu-west-1:123456789012:accesspoint/pictures",
        "arn:aws:s3:eu-west-1:123456789012:accesspoint/a.b",
        "arn:aws:s3:eu-west-1:123456789012:accesspoint/a/b",
    ])
    func `an ARN of something else is no access point and no bucket`(_ arn: String) {
        #expect(AccessPoint(arn) == nil && !AccessPoint.isBucket(arn))
    }

    @Test func `the location of objects can have an access point`() {
        #expect(S3Location.parse("s3://\(Self.point)/a/b")! == (Self.point, "a/b"))
        #expect(S3Location.parse("s3://\(Self.point)")! == (Self.point, ""))
        let colon = Self.point.replacing("/", with: ":")
        #expect(S3Location.parse("s3://\(colon)/a/b")! == (colon, "a/b"))
        #expect(S3Location.parse("s3://arn:aws:s3:eu-west-1:123456789012:accesspoint") == nil)
        #expect(S3Location.parse("s3://pictures/a/b")! == ("pictures", "a/b"))
    }

    @Test func `a request is sent to the access point and signed for its region`() async throws {
        var options = AWSOptions()
        options.region = "us-east-1"
        let harness = try await AWSHarness([.respond(404), .respond(404)], options: options)
        _ = try? await harness.s3.head(ObjectReference(bucket: Self.point, key: "a b"))
        _ = try? await harness.s3.head(ObjectReference(bucket: Self.multiRegion, key: "a b"))
        let requests = harness.transport.requests
        #expect(
            requests.map(\.url.rendered) == [
                "https://pictures-123456789012.s3-accesspoint.eu-west-1.amazonaws.com/a%20b",
                "https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/a%20b",
            ])
        let authorizations = requests.map { $0.headers["Authorization"] ?? "" }
        #expect(authorizations[0].contains("/eu-west-1/s3/aws4_request, "))
        #expect(authorizations[1].hasPrefix("AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/"))
        #expect(requests[1].headers["X-Amz-Region-Set"] == "*")
    }

    @Test func `the requests for a bucket are sent to the access point of its options`() async throws {
        var options = AWSOptions()
        options.buckets["photos"] = BucketOptions()
        options.buckets["photos"]?.accessPoint = Self.point
        #expect(options.problems().isEmpty)
        let harness = try await AWSHarness([.respond(404), .respond(404)], options: options)
        _ = try? await harness.s3.head(ObjectReference(bucket: "photos", key: "k"))
        _ = try? await harness.s3.head(ObjectReference(bucket: "others", key: "k"))
        #expect(
            harness.transport.requests.map(\.url.host) == [
                "pictures-123456789012.s3-accesspoint.eu-west-1.amazonaws.com",
                "others.s3.eu-west-1.amazonaws.com",
            ])
        options.buckets["photos"]?.accessPoint = "pictures"
        #expect(options.problems().map(\.field) == ["buckets.photos.accessPoint"])
    }

    @Test func `a request over HTTP has the access point in its signed Host header`() async throws {
        let server = try HandlerServer { _ in .error(404, "<Error><Code>NoSuchKey</Code></Error>") }
        let transport = try CurlTransport(CurlOptions())
        let port = try #require(HTTP.URL(server.base)?.port)
        for (bucket, host, scope) in [
            (Self.point, "pictures-123456789012", "/eu-west-1/s3/aws4_request"),
            (Self.multiRegion, "mfzwi23gnjvgw.mrap.accesspoint", "/s3/aws4_request"),
        ] {
            var options = AWSOptions()
            options.logIdentity = false
            // libcurl resolves each name below localhost to the loopback interface.
            options.endpoints.s3 = "http://localhost:\(port)"
            let session = try await AWSSession(
                options, queueURL: AWSHarness.queue, transport: transport,
                host: HostEnvironment(
                    environment: ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"], homeDirectory: nil),
                logger: LogRecorder().logger)
            let error = try await awsError {
                try await session.s3().get(ObjectReference(bucket: bucket, key: "k"), maximumBytes: 10)
            }
            #expect(error.kind == .noSuchKey)
            let request = try #require(server.received.last)
            #expect(request.headers["host"] == "\(host).localhost:\(port)")
            let authorization = request.headers["authorization"] ?? ""
            #expect(authorization.contains(scope) && authorization.contains(";host;"))
        }
        await transport.shutDown()
    }

    @Test func `a custom endpoint gets the access point before its host name`() async throws {
        var options = AWSOptions()
        options.endpoints.s3 = "http://localhost:9000/base/"
        options.endpoints.pathStyle = true
        let harness = try await AWSHarness([.respond(404)], options: options)
        _ = try? await harness.s3.head(ObjectReference(bucket: Self.point, key: "k"))
        #expect(
            harness.transport.requests.first?.url.rendered
                == "http://pictures-123456789012.localhost:9000/base/k")
    }
}
