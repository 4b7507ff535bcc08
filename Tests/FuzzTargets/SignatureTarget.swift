// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import SigV4
import Support

/// The signatures of requests, compared with those of botocore.
enum SignatureTarget {
    static let signatures = FuzzTarget(
        name: "signatures", summary: "canonical requests and signatures, compared with those of botocore",
        longest: 512,
        words: [
            "/../", "/./", "//", "%2F", "+", " ", "  ", "\t", "=", "&", "?", "#", "~", "ä", "日", "🂡",
            "e\u{301}",
        ],
        seeds: {
            (0..<40).map { seed in
                var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
                return (0..<96).map { _ in
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    // Letters are more frequent, as in names and values.
                    return state >> 60 < 9
                        ? UInt8(97 + state >> 33 % 26) : UInt8(truncatingIfNeeded: state >> 40)
                }
            }
        },
        check: { input in
            var reader = InputReader(input)
            let made = SignedRequest(&reader)
            let (canonical, string, signed) = made.signed()
            let again = made.signer.sign(signed, with: made.credentials, at: made.time)
            try require(
                again.headers["Authorization"] == signed.headers["Authorization"],
                "a second signature differs")
            try require(
                !"\(made.credentials)".contains(made.credentials.secretAccessKey.revealed),
                "a secret is shown")
            let expected = try Oracle.shared.answer(to: made.line)
            try require(
                canonical == expected.canonical, "canonical request\n\(canonical)\n--\n\(expected.canonical)")
            try require(
                string == expected.stringToSign, "string to sign\n\(string)\n--\n\(expected.stringToSign)")
            try require(signed.headers["Authorization"] == expected.authorization, "the signature differs")
            return true
        })

    /// The values that botocore computes.
    struct Answer: Decodable {
        var canonical: String
        var stringToSign: String
        var authorization: String
    }

    /// A request that an input describes.
    private struct SignedRequest {
        /// The request in the form of `botocore_cases.py`.
        private struct Line: Encodable {
            var s3: Bool
            var region, service: String
            var time: Int
            var accessKeyID, secretAccessKey: String
            var sessionToken: String?
            var method, scheme, host: String
            var port: Int?
            var path: String
            var query, headers: [[String]]
            var body: String
        }

        let signer: Signer
        let credentials: SigningCredentials
        let time: CivilTime
        let line: [UInt8]
        private let request: Request

        init(_ reader: inout InputReader) {
            let isS3 = reader.byte() % 2 == 0
            let region = reader.element(["us-east-1", "eu-central-1", "cn-north-1"])
            let service = isS3 ? "s3" : reader.element(["sqs", "sts", "service"])
            let seconds = reader.number(0...65_535) * 62_600
            let token = reader.byte() % 2 == 0 ? nil : "token/with+characters="
            let method = reader.element([Request.Method.get, .head, .put, .post, .delete])
            let host = reader.element([
                "example.amazonaws.com", "b.s3.eu-west-1.amazonaws.com", "127.0.0.1", "[::1]",
            ])
            let port = reader.element([nil, 80, 443, 8080])
            let scheme = reader.element([URL.Scheme.http, .https])
            // The path is sent encoded once.
            let segments = (0..<reader.number(0...4)).map { _ in reader.text() }
            let path = "/" + PercentEncoding.encode(segments.joined(separator: "/"), keepingSlash: true)
            let query = (0..<reader.number(0...4)).map { _ in [reader.text(), reader.text()] }
            let headers = (0..<reader.number(0...5)).map { _ in
                [Self.name(reader.element(Self.names), reader.text()), Self.value(reader.text())]
            }
            let body = reader.text()
            let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
            signer = isS3 ? .s3(region: region) : Signer(region: region, service: service)
            credentials = SigningCredentials(
                accessKeyID: "AKIDEXAMPLE", secretAccessKey: Secret(secret),
                sessionToken: token.map(Secret.init))
            time = CivilTime(secondsSinceEpoch: seconds)
            var request = Request(
                method,
                URL(
                    scheme, host: host, port: port, path: path,
                    query: query.map { URL.QueryItem($0[0], $0[1]) }),
                body: Array(body.utf8))
            for field in headers { request.headers.add(field[0], field[1]) }
            self.request = request
            let line = Line(
                s3: isS3, region: region, service: service, time: seconds, accessKeyID: "AKIDEXAMPLE",
                secretAccessKey: secret, sessionToken: token, method: method.rawValue,
                scheme: scheme.rawValue,
                host: host, port: port, path: path, query: query, headers: headers, body: body)
            self.line = Array((try? JSONEncoder().encode(line)) ?? Data())
        }

        private static let names = [
            "Content-Type", "X-Amz-Meta-A", "x-amz-meta-b", "X-AMZ-META-C", "If-Match", "User-Agent",
            "Expect", "Range",
            "X-Amzn-Trace-Id", "amz-sdk-request", "Connection",
        ]

        /// Returns the name of a header, with letters and digits of a text behind that of user-defined metadata.
        private static func name(_ name: String, _ text: String) -> String {
            guard name.lowercased().hasPrefix("x-amz-meta-") else { return name }
            return name + text.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }.prefix(8)
        }

        /// Returns the value of a header. Line breaks and other control characters are not sent, and botocore regards
        /// Unicode's spaces as spaces.
        private static func value(_ text: String) -> String {
            String(
                String.UnicodeScalarView(
                    text.unicodeScalars.map { scalar in
                        let isPlain = scalar == " " || scalar == "\t"
                        let isOther =
                            scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
                        return !isPlain && isOther ? "x" : scalar
                    }))
        }

        func signed() -> (canonical: String, stringToSign: String, request: Request) {
            let signed = signer.sign(request, with: credentials, at: time)
            let canonical = CanonicalRequest(
                signed, payload: PayloadHash(of: request.body), path: signer.pathRule)
            let scope = SigningScope(time: time, region: signer.region, service: signer.service)
            return (canonical.text, StringToSign(canonical, scope: scope).text, signed)
        }
    }

    /// The process `botocore_oracle.py`, which signs the requests of its input, one JSON object a line.
    ///
    /// `@unchecked Sendable` because the thread of libFuzzer alone uses it.
    private final class Oracle: @unchecked Sendable {
        static let shared = Oracle()

        private let process = Process()
        private let input = Pipe()
        private let output = Pipe()
        private var pending: [UInt8] = []

        private init() {
            let script = FuzzTarget.tests.appending(path: "FuzzTargets/botocore_oracle.py").path
            process.executableURL = Foundation.URL(filePath: "/usr/bin/env")
            process.arguments = [
                ProcessInfo.processInfo.environment["PIXELATOR_PYTHON"] ?? "python3", script,
            ]
            process.standardInput = input
            process.standardOutput = output
        }

        func answer(to line: [UInt8]) throws -> Answer {
            if !process.isRunning { try process.run() }
            try input.fileHandleForWriting.write(contentsOf: line + [0x0A])
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                if let end = pending.firstIndex(of: 0x0A) {
                    defer { pending.removeFirst(end + 1) }
                    return try JSONDecoder().decode(Answer.self, from: Data(pending[..<end]))
                }
                let count = read(output.fileHandleForReading.fileDescriptor, &buffer, buffer.count)
                // libFuzzer interrupts calls with SIGALRM, from which it measures the time of an input.
                if count < 0, errno == EINTR { continue }
                try require(count > 0, "botocore_oracle.py has ended; it needs a python3 with botocore")
                pending += buffer[..<count]
            }
        }
    }
}
