// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import Scripted
import Support
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

    /// Forms of the token in which a server can repeat it.
    static let forms: [String] = {
        let encoded = token.replacing("/", with: "%2F").replacing("+", with: "%2B").replacing(
            "=", with: "%3D")
        let lowerCase = token.replacing("/", with: "%2f").replacing("+", with: "%2b").replacing(
            "=", with: "%3d")
        let slashKept = encoded.replacing("%2F", with: "/")
        let all = [token, encoded, lowerCase, slashKept, lowerCase.replacing("%2f", with: "/")]
        let twice = (all + [encoded.replacing("e", with: "%65")]).map { $0.replacing("%", with: "%25") }
        return all + twice + [twice[1].replacing("%", with: "%25")]
    }()

    /// A mark that makes one character with the letter before it, or an invisible one.
    @Test(
        arguments: forms, ["", "\u{301}", "\u{200D}", "\u{FE0F}", "\u{903}", "%CC%81", "\u{301}\u{301}"])
    func `a secret is hidden in every percent-encoded form and before any mark`(
        _ form: String, _ mark: String
    ) async throws {
        let xml = "<Error><Code>Other</Code><Message>no: \(form)\(mark)&amp;x</Message></Error>"
        let s3 = try await harness(.respond(400, [:], xml)).session.s3()
        let error = try await awsError { try await s3.get(.picture, maximumBytes: 10) }
        let shown = mark == "\u{200D}" ? " " : mark
        #expect(Array(error.message.utf8) == Array("no: <secret>\(shown)&x".utf8))
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

    /// The signature of a request, in the forms in which a server can repeat it.
    enum Echo: String, CaseIterable {
        case authorization, lowerCase, upperCase, requestID, code

        func respond(_ request: Request, isXML: Bool) -> Response {
            let authorization = request.headers["Authorization"] ?? ""
            let signature = authorization.split(separator: "Signature=").last.map(String.init) ?? ""
            let text =
                switch self {
                case .authorization: "refused: \(authorization)"
                case .lowerCase, .requestID, .code: signature
                case .upperCase: "(\(signature.uppercased()))"
                }
            let code = self == .code ? text : "Other"
            let body =
                isXML
                ? "<Error><Code>\(code)</Code><Message>\(text)</Message></Error>"
                : #"{"__type":"x#\#(code)","message":"\#(text)"}"#
            let name = isXML ? "x-amz-request-id" : "x-amzn-requestid"
            return Response(
                status: 400, headers: [name: self == .requestID ? text : "R"], body: Array(body.utf8))
        }
    }

    @Test(arguments: Echo.allCases, [false, true])
    func `a signature that a server repeats is hidden`(_ echo: Echo, isXML: Bool) async throws {
        let seen = Locked("")
        let step = ScriptedTransport.Step { request in
            let signature = request.headers["Authorization"]?.split(separator: "Signature=").last
            seen.withLock { $0 = signature.map(String.init) ?? "" }
            return echo.respond(request, isXML: isXML)
        }
        let harness = try await harness(step)
        let error =
            isXML
            ? try await awsError { try await harness.session.s3().get(.picture, maximumBytes: 10) }
            : try await awsError {
                try await harness.session.sqs(queueURL: AWSHarness.queue).attributes()
            }
        let signature = seen.withLock { $0 }
        #expect(signature.utf8.count == 64)
        let text = (error.description + harness.log.lines.joined()).lowercased()
        #expect(!text.contains(signature.prefix(16)))
        #expect(text.contains("<secret>"))
    }

    /// Line breaks, an escape sequence, a change of direction, and more characters than a log line should have.
    static let hostile =
        "id\r\nforged: 1\u{1b}[31m\u{202e}\u{2028}\u{85}" + String(repeating: "x\u{301}", count: 3000)

    private static func expectBounded(
        _ text: String?, _ limit: Int, _ location: SourceLocation = #_sourceLocation
    ) {
        let scalars = Array((text ?? "").unicodeScalars)
        #expect((1...limit).contains(scalars.count), sourceLocation: location)
        let categories = Set(scalars.map(\.properties.generalCategory))
        #expect(
            categories.isDisjoint(with: [.control, .format, .lineSeparator, .paragraphSeparator]),
            sourceLocation: location)
    }

    @Test func `texts of servers are bounded and have no control characters`() async throws {
        let json = String(
            decoding: try JSONEncoder().encode(["__type": "x#\(Self.hostile)", "message": Self.hostile]),
            as: UTF8.self)
        let queue = try await harness(.respond(400, ["x-amzn-requestid": Self.hostile], json))
        let error = try await awsError {
            try await queue.session.sqs(queueURL: AWSHarness.queue).attributes()
        }
        Self.expectBounded(error.code, 500)
        Self.expectBounded(error.message, 500)
        Self.expectBounded(error.requestID, 128)
        Self.expectBounded(error.description, 1500)

        let failed = String(
            decoding: try JSONEncoder().encode([
                "Id": "0", "Code": Self.hostile, "Message": Self.hostile + Self.token,
            ]),
            as: UTF8.self)
        let batch = try await harness(.respond(200, [:], #"{"Failed":[\#(failed)]}"#))
        let failure = try #require(
            try await batch.session.sqs(queueURL: AWSHarness.queue).delete(["h"]).first)
        Self.expectBounded(failure.code, 500)
        Self.expectBounded(failure.message, 500)

        let store = try await harness(
            .respond(200, ["ETag": "\"a\"", "x-amz-request-id": Self.hostile + "x"], "x"))
        let object = try await store.session.s3().get(.picture, maximumBytes: 10)
        Self.expectBounded(object.head.requestID, 128)

        let checksum: Headers = [
            "ETag": "\"a\"", "x-amz-checksum-crc32c": Self.hostile.replacing("-", with: ""),
        ]
        let damaged = try await CredentialHarness(
            ["AWS_ACCESS_KEY_ID": "AKIASHOWN", "AWS_SECRET_ACCESS_KEY": "the-secret-itself"],
            transport: ScriptedTransport(Array(repeating: .respond(200, checksum, "x"), count: 3)))
        let mismatch = try await awsError {
            try await damaged.session.s3().get(.picture, maximumBytes: 10)
        }
        Self.expectBounded(mismatch.message, 500)
    }

    @Test(arguments: [#"{"Code":"C\r\n[31m","Message":"M\u001b\u2028"}"#])
    func `texts of metadata services have no control characters`(_ body: String) async throws {
        let harness = try await CredentialHarness(
            ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/x"],
            transport: ScriptedTransport([.respond(200, [:], body)]))
        Self.expectBounded(try await awsError { try await harness.accessKeyID }.message, 600)
    }
}
