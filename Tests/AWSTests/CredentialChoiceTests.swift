// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import Scripted
import Support
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CredentialChoiceTests {
    /// The expected access key id, or a part of the error.
    @Test(arguments: [
        (["AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s"], "AKIAENV"),
        (["AWS_ACCESS_KEY_ID": "AKIAENV"], "AWS_SECRET_ACCESS_KEY is not set"),
        (["AWS_ACCESS_KEY_ID": "", "AWS_PROFILE": "other"], "AKIAOTHER"),
        (["AWS_PROFILE": "other"], "AKIAOTHER"), ([:], "AKIADEFAULT"),
        (["AWS_PROFILE": "missing"], "no profile missing"),
        (["AWS_DEFAULT_PROFILE": "other"], "AKIAOTHER"),
        (["AWS_DEFAULT_PROFILE": "missing"], "no profile missing"),
        (["AWS_PROFILE": "config-only", "AWS_DEFAULT_PROFILE": "other"], "AKIAOTHER"),
        (["AWS_PROFILE": "sso"], "through a browser (sso_session in"),
        (["AWS_PROFILE": "login"], "through a browser (login_session in"),
        (["AWS_PROFILE": "loop-a"], "refer to each other"), (["AWS_PROFILE": "both"], "both source_profile"),
        (["AWS_PROFILE": "bare"], "neither role_arn nor"), (["AWS_PROFILE": "process"], "AKIAPROCESS"),
        (["AWS_PROFILE": "config-only"], "AKIACONFIG"),
        (
            ["AWS_ROLE_ARN": "arn:aws:iam::1:role/r", "AWS_WEB_IDENTITY_TOKEN_FILE": "/nonexistent"],
            "web identity"
        ),
    ])
    func `the configured source is chosen, and no other is tried`(
        _ environment: [String: String], _ expected: String
    ) async throws {
        let config = try TemporaryFile(
            """
            # A comment
            [default]
            region = eu-west-1
            [profile other]
            aws_access_key_id = ignored, since the credentials file has one
            [profile config-only]
            aws_access_key_id = AKIACONFIG ; a comment
            aws_secret_access_key = s
            s3 =
                addressing_style = path
            [profile sso]
            sso_session = x
            [profile login]
            login_session = x
            [profile loop-a]
            role_arn = a
            source_profile = loop-b
            [profile loop-b]
            role_arn = b
            source_profile = loop-a
            [profile both]
            role_arn = a
            source_profile = other
            credential_source = Environment
            [profile bare]
            region = x
            [profile process]
            credential_process = printf '%s' '{"Version":1,"AccessKeyId":"AKIAPROCESS","SecretAccessKey":"s"}'
            [other]
            aws_access_key_id = not a profile in this file
            """)
        let keys = try TemporaryFile(
            """
            [default]
            aws_access_key_id = AKIADEFAULT
            aws_secret_access_key = s
            [other]
            aws_access_key_id=AKIAOTHER
            aws_secret_access_key=s#not-a-comment
            """)
        var environment = environment
        environment["AWS_CONFIG_FILE"] = config.path
        environment["AWS_SHARED_CREDENTIALS_FILE"] = keys.path
        environment["PATH"] = "/usr/bin:/bin"
        do {
            let harness = try await CredentialHarness(environment, transport: ScriptedTransport([]))
            #expect(try await harness.accessKeyID == expected)
        } catch let error as AWSError {
            #expect(error.description.contains(expected))
        }
    }

    @Test func `the configured profile has priority over keys in the environment`() async throws {
        let keys = try TemporaryFile("[mine]\naws_access_key_id=AKIAMINE\naws_secret_access_key=s\n")
        var options = AWSOptions()
        options.profile = "mine"
        let harness = try await CredentialHarness(
            [
                "AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s",
                "AWS_SHARED_CREDENTIALS_FILE": keys.path,
            ], options: options)
        #expect(try await harness.accessKeyID == "AKIAMINE")
    }

    @Test func `AWS_DEFAULT_PROFILE also selects the profile of the region`() async throws {
        let config = try TemporaryFile("[profile other]\nregion = ap-south-1\n")
        let session = try await AWSSession(
            AWSOptions(), queueURL: nil, transport: ScriptedTransport([]),
            host: HostEnvironment(
                environment: [
                    "AWS_CONFIG_FILE": config.path, "AWS_DEFAULT_PROFILE": "other", "AWS_ACCESS_KEY_ID": "A",
                    "AWS_SECRET_ACCESS_KEY": "s",
                ], homeDirectory: nil),
            logger: LogRecorder().logger)
        #expect(session.region.name == "ap-south-1")
    }

    @Test(arguments: ["2030-01-02", "2030-01-02T03:04:05", "2030-01-02T03:04:05+24:00", "tomorrow", ""])
    func `the error about an expiration without a valid zone names the expiration`(_ time: String)
        async throws
    {
        let answer = #"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"\#(time)"}"#
        let config = try TemporaryFile("[default]\ncredential_process = printf %s '\(answer)'\n")
        let harness = try await CredentialHarness(["AWS_CONFIG_FILE": config.path, "PATH": "/usr/bin:/bin"])
        let error = try await awsError { try await harness.accessKeyID }
        #expect(error.description.contains("the expiration \"\(time)\" is not a time with a date and a zone"))
    }

    @Test(arguments: [
        (true, "[profile \"my own\"]"), (true, "[profile 'my own' ]"), (true, "[profile my own]"),
        (false, "[\"my own\"]"), (false, "['my own']"), (false, "[my own]"),
    ])
    func `the name of a profile may be in quotation marks`(_ isConfig: Bool, _ head: String) async throws {
        let file = try TemporaryFile("\(head)\naws_access_key_id = AKIAQUOTED\naws_secret_access_key = s\n")
        let harness = try await CredentialHarness(
            [
                isConfig ? "AWS_CONFIG_FILE" : "AWS_SHARED_CREDENTIALS_FILE": file.path,
                "AWS_PROFILE": "my own",
            ])
        #expect(try await harness.accessKeyID == "AKIAQUOTED")
    }

    @Test func `an error about a profile whose name has control characters is one line`() async throws {
        let name = "a\u{1B}[31m\u{85}b"
        let file = try TemporaryFile("[\(name)]\naws_access_key_id = AKIA\n")
        let error = try await awsError {
            try await CredentialHarness(["AWS_SHARED_CREDENTIALS_FILE": file.path, "AWS_PROFILE": name])
                .accessKeyID
        }
        #expect(error.resource == "profile a?[31m?b")
        #expect(!error.description.hasControlCharacters)
    }

    @Test(arguments: ["[profile \"mine']", "[profile \"\"mine\"\"]", "[profile \"]", "[\"profile mine\"]"])
    func `only one pair of matching quotation marks is removed`(_ head: String) async throws {
        let file = try TemporaryFile("\(head)\naws_access_key_id = A\naws_secret_access_key = s\n")
        let error = try await awsError {
            try await CredentialHarness(["AWS_CONFIG_FILE": file.path, "AWS_PROFILE": "mine"]).accessKeyID
        }
        #expect(error.message.contains("no profile mine"))
    }

    @Test(arguments: CredentialKind.allCases)
    func `a configured kind of source that is absent is an error`(_ kind: CredentialKind)
        async throws
    {
        let environment =
            kind == .environment ? [:] : ["AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s"]
        let error = try? await awsErrorOrNil {
            try await CredentialHarness(environment, kind: kind, transport: ScriptedTransport([])).accessKeyID
        }
        if kind == .automatic { #expect(error == nil) } else { #expect(error?.kind == .noCredentials) }
    }

    private func awsErrorOrNil(_ body: () async throws -> String) async throws -> AWSError? {
        do { _ = try await body() } catch let error as AWSError { return error }
        return nil
    }

    @Test(arguments: [
        ("true", "no keys|not the JSON"), ("/nonexistent/program", "did not start"),
        ("sh -c 'exit 3'", "status 3"), ("sh -c 'kill -9 $$'", "signal 9"),
        ("sh -c 'yes | head -c 100000'", "more than 64 KiB"), ("sh 'open", "open quotation mark"),
        (#"printf {"Version":1,"Code":"Denied"}"#, "JSON|Denied"),
        (#"printf '{"AccessKeyId":"A","SecretAccessKey":"s"}'"#, "must have Version 1 (got none)"),
        (#"printf '{"Version":2,"AccessKeyId":"A","SecretAccessKey":"s"}'"#, "Version 1 (got 2)"),
    ])
    func `an error of a credential process names the reason and not the arguments`(
        _ command: String, _ reasons: String
    ) async throws {
        let config = try TemporaryFile("[default]\ncredential_process = \(command)\n")
        let harness = try await CredentialHarness(["AWS_CONFIG_FILE": config.path, "PATH": "/usr/bin:/bin"])
        let error = try await awsError { try await harness.accessKeyID }
        #expect(error.kind == .noCredentials)
        #expect(reasons.split(separator: "|").contains { error.description.contains($0) })
        #expect(!error.description.contains("head -c"))
    }
}
