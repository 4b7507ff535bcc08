// SPDX-License-Identifier: Apache-2.0

import Digests
package import HTTP
import Support

/// The canonical request of Signature Version 4: the text form of a request whose hash the client and the service
/// compute.
///
/// "Create a signed AWS API request" in the IAM User Guide has these steps:
///
/// 1. Create a canonical request: `CanonicalRequest`.
/// 2. Create a hash of the canonical request: `hash`.
/// 3. Create a string to sign: `StringToSign`.
/// 4. Derive a signing key: `SigningKey`.
/// 5. Calculate the signature: `SigningKey.sign`.
/// 6. Add the signature to the request: `Signer.sign`.
///
/// The text of a canonical request consists of its method, path, query, headers, names of the signed headers and
/// payload hash, each followed by a line feed except the last.
package struct CanonicalRequest: Sendable, Equatable {
    /// The rule by which the path of a URL becomes the path of the canonical request. It differs between services.
    package enum PathRule: Sendable {
        /// The rule of all services except S3: the segments `.` and `..` are resolved, empty segments are removed, and
        /// the path, which is percent-encoded already, is percent-encoded again.
        case normalizedAndEncodedTwice
        /// The rule of S3: the path is used as it is sent, because `a//../b` is a valid key of an object.
        case asSent
    }

    /// The method in upper case.
    package let method: String
    /// The path, converted by the `PathRule` of the service.
    package let path: String
    /// The parameters of the query as `name=value`, percent-encoded, sorted, and joined by `&`.
    package let query: String
    /// The signed headers as lines `name:value`, each of which ends with a line feed.
    package let headers: String
    /// The names of the signed headers in lower case, sorted, and joined by semicolons.
    package let signedHeaders: String
    /// The hash of the body: the SHA-256 in 64 lower-case hexadecimal digits.
    package let payloadHash: String

    /// Makes the canonical request of `request`, which must have all the headers that will be sent except
    /// `Authorization`. `Host` is taken from the URL when the headers do not contain it.
    package init(_ request: Request, payload: PayloadHash, path rule: PathRule) {
        method = request.method.rawValue
        path =
            switch rule {
            case .normalizedAndEncodedTwice:
                PercentEncoding.encode(Self.normalized(request.url.path), keepingSlash: true)
            case .asSent: request.url.path
            }
        query = Self.canonicalQuery(request.url.query)
        let fields = Self.signedFields(of: request)
        (headers, signedHeaders) = Self.lines(fields)
        payloadHash = payload.text
    }

    /// The canonical request as text: method, path, query, headers, signed headers and payload hash, joined by line
    /// feeds.
    package var text: String {
        "\(method)\n\(path)\n\(query)\n\(headers)\n\(signedHeaders)\n\(payloadHash)"
    }

    /// The SHA-256 of `text` in 64 lower-case hexadecimal digits. It is the last line of the string to sign.
    package var hash: String { Hex.encode(SHA256.digest(text)) }

    /// The lower-case names of headers that are not signed, because a proxy or the transport can add or change them.
    private static let unsignedNames: Set<String> = [
        "authorization", "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization",
        "te", "trailer", "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
    ]

    /// Returns the headers of `request` that are signed, sorted by lower-case name. When several headers have the same
    /// name, their values are joined by commas in their order.
    private static func signedFields(of request: Request) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        fields.reserveCapacity(request.headers.fields.count + 1)
        for field in request.headers.fields {
            let name = field.name.lowercased()
            guard !unsignedNames.contains(name) else { continue }
            // An insertion sort: there are few headers, and it finds equal names as well.
            var index = fields.count
            while index > 0, name.utf8.lexicographicallyPrecedes(fields[index - 1].name.utf8) { index -= 1 }
            if index > 0, fields[index - 1].name == name {
                fields[index - 1].value += "," + collapsed(field.value)
            } else {
                fields.insert((name, collapsed(field.value)), at: index)
            }
        }
        if !fields.contains(where: { $0.name == "host" }) {
            let index = fields.firstIndex { $0.name > "host" } ?? fields.count
            fields.insert(("host", request.url.authority), at: index)
        }
        return fields
    }

    /// Returns the headers as lines `name:value`, each with a line feed, and their names joined by semicolons.
    private static func lines(_ fields: [(name: String, value: String)]) -> (lines: String, names: String) {
        var lines = ""
        var names = ""
        lines.reserveCapacity(512)
        names.reserveCapacity(128)
        for (name, value) in fields {
            lines += name
            lines += ":"
            lines += value
            lines += "\n"
            if !names.isEmpty { names += ";" }
            names += name
        }
        return (lines, names)
    }

    /// Returns `value` without white space at its ends, and with one space in the place of each run of white space.
    private static func collapsed(_ value: String) -> String {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
        // Most values contain no space.
        guard value.utf8.contains(where: isSpace) else { return value }
        return value.utf8.split(whereSeparator: isSpace)
            .map { String(decoding: $0, as: UTF8.self) }
            .joined(separator: " ")
    }

    /// Returns the parameters as `name=value` joined by `&`, percent-encoded, and sorted by encoded name and then by
    /// encoded value.
    private static func canonicalQuery(_ items: [URL.QueryItem]) -> String {
        items.map { (PercentEncoding.encode($0.name), PercentEncoding.encode($0.value)) }
            .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
            .map { "\($0.0)=\($0.1)" }
            .joined(separator: "&")
    }

    /// Returns `path` without dot segments (RFC 3986, 5.2.4) and without empty segments. A slash at the end is kept.
    private static func normalized(_ path: String) -> String {
        var kept: [Substring] = []
        for segment in path.split(separator: "/") {
            switch segment {
            case ".": continue
            case "..": _ = kept.popLast()
            default: kept.append(segment)
            }
        }
        guard !kept.isEmpty else { return "/" }
        return "/" + kept.joined(separator: "/") + (path.hasSuffix("/") ? "/" : "")
    }
}
