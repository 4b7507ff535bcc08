// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import Scripted
import Testing

/// Servers may repeat the secrets of a request in their errors.
@Suite(.timeLimit(.minutes(1)))
struct RedactionTests {
    static let token = "session/token+that==is-long"

    static func messages(_ text: String) -> [String] {
        let encoded = text.replacing("/", with: "%2F").replacing("+", with: "%2B").replacing("=", with: "%3D")
        return ["refused: \(text)", "x-amz-security-token:\(text)\nhost:x", "Token=\(encoded)&x"]
            // The secret is where the message is truncated.
            + [String(repeating: "x", count: 490) + text]
    }

    func harness(_ step: ScriptedTransport.Step) async throws -> CredentialHarness {
        try await CredentialHarness(
            [
                "AWS_ACCESS_KEY_ID": "AKIASHOWN", "AWS_SECRET_ACCESS_KEY": "the-secret-itself",
                "AWS_SESSION_TOKEN": Self.token,
            ], transport: ScriptedTransport([step]))
    }

    func expectHidden(_ secret: String, in error: AWSError, _ log: LogRecorder) {
        var dumped = ""
        dump(error, to: &dumped)
        let seen = dumped + error.description + log.lines.joined()
        #expect(!seen.contains(secret.prefix(8)))
        #expect(seen.contains("<secret>") || seen.contains(String(repeating: "x", count: 490)))
    }

    @Test(arguments: [token, "the-secret-itself"])
    func `secrets are hidden in the messages of SQS and S3`(_ secret: String) async throws {
        for text in Self.messages(secret) {
            let json = String(
                decoding: try JSONEncoder().encode(["__type": "x#Other", "message": text]), as: UTF8.self)
            let queue = try await harness(.respond(400, [:], json))
            let sqs = try queue.session.sqs(queueURL: AWSHarness.queue)
            expectHidden(secret, in: try await awsError { try await sqs.attributes() }, queue.log)

            let xml =
                "<Error><Code>Other</Code><Message>\(text.replacing("&", with: "&amp;"))</Message></Error>"
            let store = try await harness(.respond(400, [:], xml))
            let s3 = store.session.s3()
            let error = try await awsError { try await s3.get(.picture, maximumBytes: 10) }
            expectHidden(secret, in: error, store.log)
        }
    }

    @Test func `secrets are hidden in error codes and request ids`() async throws {
        let xml = "<Error><Code>Bad \(Self.token)</Code><RequestId>\(Self.token)</RequestId></Error>"
        let s3 = try await harness(.respond(400, [:], xml)).session.s3()
        let error = try await awsError { try await s3.get(.picture, maximumBytes: 10) }
        #expect(error.code == "Bad <secret>")
        #expect(error.requestID == "<secret>")
        let sqs = try await harness(.respond(400, ["x-amzn-requestid": Self.token])).session
            .sqs(queueURL: AWSHarness.queue)
        #expect(try await awsError { try await sqs.attributes() }.requestID == "<secret>")
    }

    @Test func `a web identity token is hidden in the errors of STS`() async throws {
        let file = try TemporaryFile("HEADER.TheClaims.SIGNATURE")
        let xml =
            "<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>no: HEADER.TheClaims.SIGNATURE"
            + "</Message></Error></ErrorResponse>"
        let harness = try await CredentialHarness(
            ["AWS_ROLE_ARN": "arn:aws:iam::1:role/r", "AWS_WEB_IDENTITY_TOKEN_FILE": file.path],
            transport: ScriptedTransport([.respond(400, [:], xml)]))
        let error = try await awsError { try await harness.accessKeyID }
        #expect(error.message == "no: <secret>")
        expectHidden("HEADER.TheClaims.SIGNATURE", in: error, harness.log)
    }

    @Test(arguments: [
        #"{"Code":"AccessDenied","Message":"no: the-container-token"}"#,
        #"{"Code":"the-container-token"}"#, #"{"Message":"no: the-container-token"}"#,
        #"{"Code":"Broken","Message":"the-container-token","SecretAccessKey":"the-container-token"}"#,
    ])
    func `the authorization token of a container is hidden in errors`(_ body: String) async throws {
        let harness = try await CredentialHarness(
            [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/x",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": "the-container-token",
            ], transport: ScriptedTransport([.respond(200, [:], body)]))
        let error = try await awsError { try await harness.accessKeyID }
        expectHidden("the-container-token", in: error, harness.log)
    }

    @Test func `a secret key in an error response is hidden`() async throws {
        let body = #"{"Code":"Broken","Message":"gave the-secret-key","SecretAccessKey":"the-secret-key"}"#
        let harness = try await CredentialHarness(
            ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/x"],
            transport: ScriptedTransport([.respond(200, [:], body)]))
        #expect(
            try await awsError { try await harness.accessKeyID }.message
                == "the response has the error code Broken: gave <secret>")
    }
}
