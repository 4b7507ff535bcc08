// SPDX-License-Identifier: Apache-2.0

import Foundation
import SigV4
import Support

@testable import AWS

/// The JSON documents of metadata services and credential processes, and the times in them.
enum CredentialTarget {
    private static let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

    static let credentials = FuzzTarget(
        name: "credentials", summary: "the JSON of metadata services and credential processes, and times",
        longest: 2048,
        words: [
            "\"Version\"", "\"AccessKeyId\"", "\"SecretAccessKey\"", "\"SessionToken\"", "\"Token\"",
            "\"Expiration\"",
            "\"Code\"", "\"Message\"", "Success", "NaN", "-Infinity", "\\u0041", "2026-01-01T00:00:00Z",
            " January ",
            "GMT+3", "12:30:15.5", "pm", "+02:00", "1e308", secret,
        ],
        seeds: {
            let keys = "\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"\(secret)\""
            let documents = [
                "{\"Code\":\"Success\",\(keys),\"Token\":\"t\",\"Expiration\":\"2026-01-01T00:00:00Z\"}",
                "{\"Version\":1,\(keys),\"SessionToken\":\"t\",\"Expiration\":\"Sun, 06 Nov 1994 08:49:37 GMT\"}",
                "{\"Version\":1,\(keys)}", "{\"Code\":\"Failed\",\"Message\":\"\(secret)\",\(keys)}",
            ]
            let times = [
                "2026-01-01T00:00:00.123Z", "20260101T000000Z", "Sun Nov  6 08:49:37 1994",
                "Sunday, 06-Nov-94 08:49:37 GMT",
                "1 January 2026 12h30m5s UTC", "3:15 pm Jan 5 2026 EST-5", "1767225600.5",
                "2026-01-01 00:00:00 +02:00 (CET)",
            ]
            return (documents + times).flatMap { text in [0, 1].map { [$0] + Array(text.utf8) } }
        },
        check: { input in
            guard let first = input.first else { return false }
            let bytes = Array(input.dropFirst())
            let text = String(decoding: bytes, as: UTF8.self)
            for time in [
                ExpirationTime.parse(text), ExpirationTime.parse(sts: text), HTTPDate.parseExtended(text),
            ] {
                try require(time?.isFinite ?? true, "the time \(time ?? 0)")
            }
            if let time = HTTPDate.parse(text) {
                try require(CivilTime.range.contains(Int(time)), "the time \(time)")
            }
            let origin: MetadataCredentials.Origin = first % 2 == 0 ? .service : .process
            switch MetadataCredentials.read(bytes, from: origin) {
            case .success(let credentials):
                try require(credentials.expiration?.isFinite ?? true, "an expiration")
                let hidden = credentials.signing.secretAccessKey.revealed
                let isElsewhere = hidden.count < 20 || credentials.signing.accessKeyID.contains(hidden)
                try require(isElsewhere || !"\(credentials)".contains(hidden), "a description shows a secret")
            case .failure(let problem):
                try require(problem.text.count <= 300 && !problem.text.isEmpty, "the text of a problem")
                let document = CredentialDocument(bytes)
                guard let hidden = document?.text("SecretAccessKey"), hidden.count >= 20,
                    document?.text("Expiration")?.contains(hidden) != true
                else { break }
                try require(!problem.text.contains(hidden), "a problem shows a secret: \(problem.text)")
            }
            return true
        })
}
