// SPDX-License-Identifier: Apache-2.0

import CLibC
import Foundation
import Glibc
import SigV4
import Support

@testable import AWS

/// The shared configuration and credentials files of the AWS SDKs.
enum ProfileTarget {
    private static let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

    /// Inputs are the config file, and behind a zero byte the credentials file.
    static let profiles = FuzzTarget(
        name: "profiles", summary: "the files ~/.aws/config and ~/.aws/credentials", longest: 4096,
        words: [
            "[default]", "[profile ", "[DEFAULT]", "aws_access_key_id", "aws_secret_access_key",
            "aws_session_token",
            "aws_security_token", "credential_process", "role_arn", "source_profile", "region",
            "endpoint_url",
            "services", "s3 =\n  ", " = ", ":", " # ", " ; ", "\r\n", "\u{2028}", "\u{FEFF}", secret,
        ],
        seeds: {
            let keys = "aws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = \(secret)\n"
            return [
                "[default]\nregion = eu-west-1\n\0[default]\n\(keys)",
                "[profile x]\n\(keys)aws_session_token=token # comment\n[default]\nrole_arn = a\nsource_profile = x\n",
                "[default]\ncredential_process = /bin/x --key \"a b\" # c\ns3 =\n  max = 1\n\n; c\n\0",
                "\u{FEFF}[DEFAULT]\r\nregion: x\r\n[profile \"a b\"]\r\n\(keys)\0[a b]\n\(keys)",
            ].map { Array($0.utf8) }
        },
        check: { input in
            let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
            let files = try [parts.first ?? [], parts.count > 1 ? parts[1] : []].map {
                try MemoryFile(Array($0))
            }
            try check(files, texts: parts.map { String(decoding: $0, as: UTF8.self) })
            return true
        })

    /// A file in memory, whose path names its descriptor.
    final class MemoryFile {
        private let descriptor: Int32
        var path: String { "/proc/self/fd/\(descriptor)" }

        init(_ bytes: [UInt8]) throws {
            descriptor = px_memory_file("profiles")
            try require(descriptor >= 0 && write(descriptor, bytes, bytes.count) == bytes.count, "no memory")
        }

        deinit { close(descriptor) }
    }

    private static func check(_ files: [MemoryFile], texts: [String]) throws {
        let host = HostEnvironment(
            environment: ["AWS_CONFIG_FILE": files[0].path, "AWS_SHARED_CREDENTIALS_FILE": files[1].path],
            homeDirectory: nil)
        let file: ProfileFile
        do { file = try ProfileFile.load(host) } catch {
            try require(error.kind == .configuration, "an error of the kind \(error.kind)")
            return try check("\(error)", texts)
        }
        var names: Set<String> = []
        for text in texts {
            for section in (try? ProfileParser.sections(of: text)) ?? [] { names.insert(section.head) }
        }
        names = names.union(names.map { String($0.drop { $0 != " " }.dropFirst()) })
        // Commands are parsed and never run.
        let mayHaveCommand = texts.contains { $0.lowercased().contains("credential_process") }
        for name in names.union(["default", "x"]) {
            guard let settings = file[name] else { continue }
            try require(settings.keys.allSatisfy { $0 == $0.lowercased() }, "a name in upper case")
            if let command = settings["credential_process"] { try check(command: command) }
            if let keys = file.keys(of: name) {
                try require(keys.settings["aws_access_key_id"] != nil, "keys without an id")
                try require([files[0].path, files[1].path].contains(keys.path), "keys of another file")
            }
            guard !mayHaveCommand else { continue }
            let source = ProfileSource(profile: name, host: host)
            switch AsyncCall.result({ () async throws(AWSError) in try await source.fetch() }) {
            case .success(let credentials):
                let signing = credentials.signing
                let visible: ClosedRange<UInt8> = 0x21...0x7E
                try require(signing.accessKeyID.utf8.allSatisfy { visible.contains($0) }, "an invalid key")
                let hidden = signing.secretAccessKey.revealed
                var dumped = ""
                dump(credentials, to: &dumped)
                let shown = "\(credentials) \(dumped)"
                let isElsewhere = hidden.count < 20 || signing.accessKeyID.contains(hidden)
                try require(isElsewhere || !shown.contains(hidden), "a description shows a secret")
            case .failure(let error): try check("\(error)", texts, besides: name)
            }
        }
    }

    /// Checks that the text of an error shows no secret access key and is one line.
    private static func check(_ description: String, _ texts: [String], besides name: String = "") throws {
        try require(!description.hasControlCharacters, "control characters in \(description)")
        try require(description.utf8.count <= 8192, "an error of \(description.utf8.count) bytes")
        // Names of sections and settings are shown, and a key can be in the place of one.
        let setting = "aws_secret_access_key = \(secret)"
        let others = texts.map { $0.replacing(setting, with: "") }
        guard texts.contains(where: { $0.contains(setting) }),
            !others.contains(where: { $0.contains(secret) }),
            !name.contains(secret)
        else { return }
        try require(!description.contains(secret), "an error shows a secret: \(description)")
    }

    private static func check(command: String) throws {
        guard let words = ProcessSource.words(command) else { return }
        // Words in single quotation marks are the same words.
        let quoted = words.map { "'" + $0.replacing("'", with: "'\"'\"'") + "'" }.joined(separator: " ")
        try require(
            ProcessSource.words(quoted) == words, "the words \(words) are others when they are quoted")
    }
}
