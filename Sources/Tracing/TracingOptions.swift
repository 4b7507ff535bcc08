// SPDX-License-Identifier: Apache-2.0

internal import HTTP
package import Support

/// The options of tracing.
package struct TracingOptions: Sendable, Equatable {
    /// The base URL of a collector that speaks OTLP over HTTP, such as `http://localhost:4318`, to which `/v1/traces`
    /// is appended; nil for no tracing.
    package var endpoint: String?
    /// The number of pictures of which one is traced, 1...1,000,000.
    package var sampleOneIn = 1

    package init() {}

    /// Returns a problem for each option with an invalid value.
    package func problems() -> [OptionProblem] {
        var found: [OptionProblem] = []
        if let endpoint, tracesURL == nil {
            found.append(
                OptionProblem(
                    "endpoint",
                    expected: "an http or https URL without a query, such as \"http://localhost:4318\"",
                    got: endpoint))
        }
        OptionProblem.check("sampleOneIn", sampleOneIn, in: 1...1_000_000, &found)
        return found
    }

    /// The URL that spans are sent to (OTLP 1.x, "OTLP/HTTP Request"); nil without a valid endpoint.
    var tracesURL: URL? {
        guard var url = endpoint.flatMap({ URL($0) }), url.query.isEmpty else { return nil }
        url.path += url.path.hasSuffix("/") ? "v1/traces" : "/v1/traces"
        return url
    }

    /// Reads the headers of the environment variable `OTEL_EXPORTER_OTLP_HEADERS`, such as `authorization=Bearer%20x`:
    /// pairs separated by commas, with percent-encoded values (OpenTelemetry, "Protocol Exporter"). Pairs without a
    /// valid name or with a value that cannot be decoded are left out.
    ///
    /// - Returns: The headers, and the positions of the pairs that are left out, counted from 1.
    static func headers(_ text: String) -> (headers: Headers, leftOut: [Int]) {
        var headers = Headers()
        var leftOut: [Int] = []
        for (index, pair) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            // A comma at the end is usual.
            guard pair.contains(where: { $0 != " " }) else { continue }
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts[0].filter { $0 != " " }
            guard parts.count == 2, isToken(name), let value = parts[1].percentDecoded(),
                value.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
            else {
                leftOut.append(index + 1)
                continue
            }
            headers[name] = value
        }
        return (headers, leftOut)
    }

    /// Returns true when `name` can be the name of a header: a token (RFC 9110, 5.6.2).
    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
