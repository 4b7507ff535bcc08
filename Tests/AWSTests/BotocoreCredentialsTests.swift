// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import Scripted
import SigV4
import Testing

/// Comparison with the credentials that botocore reads from the same documents, files and variables.
@Suite(.timeLimit(.minutes(5)))
struct BotocoreCredentialsTests {
    /// A line of `Credentials/botocore_credentials.py`.
    struct Case: Decodable {
        var source: String
        var name: String
        var document: String?
        var variables: [String: String]?
        var config: String?
        var keys: String?
        var profile: String?
        /// The credentials that botocore returns; nil when it refuses the source.
        var expected: Keys?
    }

    struct Keys: Decodable, Equatable {
        var accessKeyID: String
        var secret: String
        var token: String?
        var expiration: Expiration?
    }

    enum Expiration: Decodable, Equatable {
        /// Seconds since 1970-01-01T00:00:00Z, in microseconds because floating-point numbers are compared.
        case at(microseconds: Int)
        /// The expired credentials of an instance are used for some further minutes.
        case extended

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            self = (try? container.decode(Double.self)).map(Self.init) ?? .extended
        }

        init(_ seconds: Double) { self = .at(microseconds: Int((seconds * 1e6).rounded())) }
    }

    /// The cases in which the result differs from that of botocore, with the access key id that is used instead; nil
    /// when the source is refused.
    static let differences: [String: String?] = {
        var all: [String: String?] = [
            // In Python, True is equal to 1.
            "process: Version True": nil,
            // botocore fails with an overflow. Expired credentials of an instance remain in use.
            "instance: time '0001-01-01T00:00:00Z'": "ASIAMADE",
            // botocore uses them for longer only when the year of their end has four digits.
            "instance: time '290-01-02T03:04:05Z'": "ASIAMADE",
            "instance: time 'Monday, 02-Jan-90 03:04:05 GMT'": "ASIAMADE",
        ]
        for origin in ["process", "container", "instance"] {
            // Foundation accepts these as JSON.
            all["\(origin): byte order mark"] = "ASIAMADE"
            all["\(origin): comma behind the last member"] = "ASIAMADE"
        }
        for origin in ["container", "instance"] {
            // A response that says that it failed is not used, whatever else is in it.
            for kind in [
                "of 300 characters", "with NUL", "with line break", "with line break inside", "with spaces",
                "with umlaut",
            ] {
                all["\(origin): Code \(kind)"] = .some(nil)
            }
        }
        for file in ["credentials", "config"] {
            // Other SDKs allow comments behind values, which no key can contain.
            all["profile: \(file), comment behind a value"] = "A"
            // A profile with such a head would silently not exist, and another identity could be used.
            all["profile: \(file), spaces in the head"] = "AKIAMADE"
            // Editors write the mark.
            all["profile: \(file), byte order mark"] = "AKIAMADE"
            // No nested value is used.
            all["profile: \(file), nested without equals"] = "AKIAMADE"
        }
        return all
    }()

    static func cases(_ source: String) throws -> [Case] {
        let file = Foundation.URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Credentials/credentials.jsonl")
        return try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
            .map { try JSONDecoder().decode(Case.self, from: $0) }.filter { $0.source == source }
    }

    @Test(arguments: [
        ("process", 300), ("container", 300), ("instance", 300), ("sts", 180), ("environment", 170),
        ("profile", 200),
    ])
    func `credentials are those that botocore reads`(_ source: String, _ least: Int) async throws {
        let cases = try Self.cases(source)
        #expect(cases.count >= least)
        for one in cases {
            let found = try await Self.keys(one)
            let name = "\(one.source): \(one.name)"
            if let other = Self.differences[name] {
                #expect(found?.accessKeyID == other, "\(name)")
                #expect(found != one.expected, "\(name) is no longer a difference")
            } else {
                #expect(found == one.expected, "\(name)")
            }
        }
    }

    /// Returns the credentials of a case; nil when they are refused.
    private static func keys(_ one: Case) async throws -> Keys? {
        let document = try TemporaryFile(
            one.document ?? #"{"Version":1,"AccessKeyId":"ASIAMADE","SecretAccessKey":"made/secret+key"}"#)
        var environment = ["PATH": "/usr/bin:/bin"]
        var answers: [String] = []
        let body = one.document ?? ""
        // The owners of the files, which are deleted with them.
        var files: [TemporaryFile] = []
        func add(_ variable: String, _ text: String?) throws {
            guard let text else { return }
            let file = try TemporaryFile(text.replacing("FILE", with: document.path))
            environment[variable] = file.path
            files.append(file)
        }
        switch one.source {
        case "process": try add("AWS_CONFIG_FILE", "[default]\ncredential_process = cat FILE\n")
        case "container":
            environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1/x"
            answers = [body]
        case "instance":
            environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1"
            answers = ["token", "worker-role", body]
        case "sts":
            environment["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/r"
            try add("AWS_WEB_IDENTITY_TOKEN_FILE", "web-token")
            answers = [body]
        case "environment":
            environment["AWS_ACCESS_KEY_ID"] = "AKIAMADE"
            environment["AWS_SECRET_ACCESS_KEY"] = "made/secret+key"
            environment.merge(one.variables ?? [:]) { $1 }
        default:
            try add("AWS_CONFIG_FILE", one.config)
            try add("AWS_SHARED_CREDENTIALS_FILE", one.keys)
            environment["AWS_PROFILE"] = one.profile
        }
        let transport = ScriptedTransport(answers.map { .respond(200, [:], $0) })
        do {
            let harness = try await CredentialHarness(environment, transport: transport)
            let found = try await harness.session.credentials.credentials()
            withExtendedLifetime(files) {}
            var keys = Keys(
                accessKeyID: found.signing.accessKeyID, secret: found.signing.secretAccessKey.revealed,
                token: found.signing.sessionToken?.revealed, expiration: found.expiration.map(Expiration.init)
            )
            let isExtended = harness.log.lines.contains { $0.contains("expired credentials remain in use") }
            if isExtended { keys.expiration = .extended }
            return keys
        } catch is AWSError {
            return nil
        }
    }
}
