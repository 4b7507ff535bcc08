// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import Scripted
import SigV4
import Testing

/// A source that is incomplete or unreadable must not lead to the identity of the instance.
@Suite(.timeLimit(.minutes(1)))
struct PartialConfigurationTests {
    static let start = 1_700_000_000.0

    /// Expects an error of the configured source. An instance metadata service is available and must not be used.
    private func expectedError(
        _ environment: [String: String], config: [UInt8]? = nil, keys: [UInt8]? = nil
    ) async throws -> AWSError {
        let instance = try InstanceService(expiration: Self.start + 3600)
        var environment = environment
        environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = instance.base
        let files = [try TemporaryFile(""), try TemporaryFile("")]
        for (file, (name, bytes)) in zip(
            files, [("AWS_CONFIG_FILE", config), ("AWS_SHARED_CREDENTIALS_FILE", keys)])
        {
            guard let bytes else { continue }
            try file.write(bytes)
            environment[name] = file.path
        }
        let error = try await awsError { try await CredentialHarness(environment).accessKeyID }
        #expect(instance.received.isEmpty)
        if let named = (config != nil ? files[0] : keys != nil ? files[1] : nil) {
            #expect(error.description.contains(named.path))
        }
        #expect(!error.description.contains("AKIAHALF") && !error.description.contains("half-secret"))
        return error
    }

    @Test(arguments: [
        (
            ["AWS_WEB_IDENTITY_TOKEN_FILE": "/x"],
            "AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN"
        ),
        (
            ["AWS_ROLE_ARN": "arn:aws:iam::1:role/r"],
            "AWS_ROLE_ARN is set without AWS_WEB_IDENTITY_TOKEN_FILE"
        ),
        (["AWS_SECRET_ACCESS_KEY": "half-secret"], "AWS_ACCESS_KEY_ID is not set"),
    ])
    func `an incomplete source in the environment is an error that names what is missing`(
        _ environment: [String: String], _ reason: String
    ) async throws {
        let error = try await expectedError(environment)
        #expect(error.kind == .noCredentials)
        #expect(error.message.contains(reason))
    }

    @Test(arguments: [
        ("aws_access_key_id = AKIAHALF", "no aws_secret_access_key"),
        ("aws_secret_access_key = half-secret", "no aws_access_key_id"),
        ("aws_session_token = half-secret", "no aws_access_key_id"),
        ("web_identity_token_file = /x", "default has web_identity_token_file without role_arn"),
        ("credential_source = EcsContainer", "default has credential_source without role_arn"),
        ("source_profile = other", "default has source_profile without role_arn"),
        ("login_session = x", "default signs in through a browser (login_session in"),
        ("sso_account_id = 1", "default signs in through a browser (sso_account_id in"),
        ("sso_role_name = x", "default signs in through a browser (sso_role_name in"),
    ])
    func `an incomplete default profile is an error that names profile, key and file`(
        _ line: String, _ reason: String
    ) async throws {
        let text = Array("[default]\n\(line)\n".utf8)
        for inConfig in [true, false] {
            let error = try await expectedError(
                [:], config: inConfig ? text : nil, keys: inConfig ? nil : text)
            #expect(error.kind == .noCredentials)
            #expect(error.description.contains("profile default"))
            #expect(error.message.contains(reason))
        }
    }

    @Test(arguments: [
        ("[default\naws_access_key_id = AKIAHALF\n", "line 1 begins a section and has no ]"),
        ("\n# c\naws_access_key_id = AKIAHALF\n", "line 3 is in no section, such as [default]"),
        ("[default]\n\naws_access_key_id AKIAHALF\n", "line 3 is in section [default] and has no ="),
        ("[x]\nword\n[default]\n", "line 2 is in section [x] and has no ="),
        ("[default]\n\n= AKIAHALF\n", "line 3 has no name before the ="),
        ("[default]\n[x]\n[default]\n", "line 3 repeats section [default] of line 1"),
        ("[x]\nRegion = a\n\nregion: b\n", "line 4 repeats region of line 2 in section [x]"),
    ])
    func `a syntax error is an error that names file and line`(
        _ text: String, _ reason: String
    ) async throws {
        let error = try await expectedError([:], keys: Array(text.utf8))
        #expect(error.kind == .configuration)
        #expect(error.message == reason)
    }

    @Test func `a file in UTF-16 is an error`() async throws {
        var utf16: [UInt8] = [0xFF, 0xFE]
        for unit in "[default]\naws_access_key_id=A\n".utf16 { utf16 += [UInt8(unit), 0] }
        #expect(try await expectedError([:], keys: utf16).kind == .configuration)
    }

    @Test(arguments: ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"])
    func `a file that cannot be read is an error and not an empty file`(_ variable: String) async throws {
        let unexpanded = try await expectedError([variable: "$HOME/credentials"])
        #expect(unexpanded.kind == .configuration)
        #expect(unexpanded.message.hasPrefix("\(variable) contains a $"))
        // A directory cannot be read as a file, not even by root, who runs these tests in a container.
        let folder = NSTemporaryDirectory()
        let error = try await expectedError([variable: folder])
        #expect(error.kind == .configuration)
        #expect(error.description.contains("\(folder): configuration: cannot be read"))
    }

    @Test(arguments: [
        [UInt8]([0xEF, 0xBB, 0xBF]),
        // Two words in Latin-1.
        Array("# Schl".utf8) + [0xFC] + Array("ssel f".utf8) + [0xFC] + Array("r A\n".utf8),
        Array("; a comment\r\n\r\n  \r\n".utf8), Array("# a\r# b\r".utf8),
        // Characters that end a line in Unicode but not in these files.
        Array("# a\u{2028}b\u{2029}c\u{85}d\u{0B}e\u{0C}f\n".utf8),
    ])
    func `byte order marks, Latin-1 comments and other line ends are accepted`(_ beginning: [UInt8])
        async throws
    {
        let keys = try TemporaryFile("")
        let lines = "[default]\r\naws_access_key_id=AKIAFILE\r\naws_secret_access_key=s\r\n"
        try keys.write(beginning + Array(lines.utf8))
        let harness = try await CredentialHarness(["AWS_SHARED_CREDENTIALS_FILE": keys.path])
        #expect(try await harness.accessKeyID == "AKIAFILE")
    }

    /// Python's `configparser` reads such files.
    @Test func `indented settings and nested values are accepted`() async throws {
        let keys = try TemporaryFile(
            """
              [default]
              region = x
              s3 =
                [no section
                no setting
                aws_access_key_id = AKIANESTED
                # comment
              aws_access_key_id = AKIAINDENTED
              aws_secret_access_key = s
            """)
        let harness = try await CredentialHarness(["AWS_SHARED_CREDENTIALS_FILE": keys.path])
        #expect(try await harness.accessKeyID == "AKIAINDENTED")
    }

    @Test func `a file that is being replaced is read again, and the credentials remain in use`() async throws
    {
        let whole = "[default]\naws_access_key_id=AKIA1\naws_secret_access_key=s\n"
        let keys = try TemporaryFile(whole)
        let harness = try await CredentialHarness(["AWS_SHARED_CREDENTIALS_FILE": keys.path])
        let first = try await harness.session.credentials.credentials()
        harness.clock.advance(.seconds(10))
        await harness.session.credentials.reject(first.signing)
        try keys.write("[default\n")
        #expect(try await harness.accessKeyID == "AKIA1")
        #expect(
            harness.log.lines.contains { $0.contains("credentials remain in use") && $0.contains("has no ]") }
        )
        try keys.write(whole.replacing("AKIA1", with: "AKIA2"))
        harness.clock.advance(.seconds(10))
        #expect(try await harness.accessKeyID == "AKIA2")
    }
}
