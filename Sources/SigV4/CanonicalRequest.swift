// SPDX-License-Identifier: Apache-2.0

import Digests
package import HTTP
import Support

/// Step 1 of Signature Version 4: the request in the one form in which both sides hash it.
///
/// See "Create a signed AWS API request" in the AWS IAM user guide.
package struct CanonicalRequest: Sendable, Equatable {
    /// How a service reads the path.
    package enum PathRule: Sendable {
        /// `.` and `..` and empty segments are resolved, and the path, already encoded on the wire, is
        /// encoded once more: every service but S3.
        case normalizedAndEncodedTwice
        /// Exactly as on the wire: S3, where `a//../b` is the name of an object.
        case asSent
    }

    /// The six parts, each as it appears in the text.
    package let method: String
    package let path: String
    package let query: String
    /// `name:value` lines, each ending in a line feed.
    package let headers: String
    /// Lower-case names, sorted, joined by semicolons.
    package let signedHeaders: String
    package let payloadHash: String

    /// Of a request with all headers that will be sent, save `Authorization`. `Host` is taken from the URL
    /// when the headers do not have it.
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

    package var text: String {
        "\(method)\n\(path)\n\(query)\n\(headers)\n\(signedHeaders)\n\(payloadHash)"
    }

    /// Hexadecimal SHA-256 of `text`: the last line of the string to sign.
    package var hash: String { Hex.encode(SHA256.digest(text)) }

    /// Headers that a proxy or the transport may add or change on the way; signing them would break the
    /// signature.
    private static let unsignedNames: Set<String> = [
        "authorization", "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization",
        "te",
        "trailer", "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
    ]

    /// By lower-case name; several values of a name are one, joined by commas in their order.
    private static func signedFields(of request: Request) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        fields.reserveCapacity(request.headers.fields.count + 1)
        for field in request.headers.fields {
            let name = field.name.lowercased()
            guard !unsignedNames.contains(name) else { continue }
            // Sorted as they come: there are few, and equal names are found on the way.
            var place = fields.count
            while place > 0, name.utf8.lexicographicallyPrecedes(fields[place - 1].name.utf8) { place -= 1 }
            if place > 0, fields[place - 1].name == name {
                fields[place - 1].value += "," + collapsed(field.value)
            } else {
                fields.insert((name, collapsed(field.value)), at: place)
            }
        }
        if !fields.contains(where: { $0.name == "host" }) {
            let place = fields.firstIndex { $0.name > "host" } ?? fields.count
            fields.insert(("host", request.url.authority), at: place)
        }
        return fields
    }

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

    /// Without white space at the ends, and with one space for every run of it inside.
    private static func collapsed(_ value: String) -> String {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
        // Hardly any value has a space at all.
        guard value.utf8.contains(where: isSpace) else { return value }
        return value.utf8.split(whereSeparator: isSpace)
            .map { String(decoding: $0, as: UTF8.self) }
            .joined(separator: " ")
    }

    /// Sorted by encoded name, then encoded value, byte by byte.
    private static func canonicalQuery(_ items: [URL.QueryItem]) -> String {
        items.map { (PercentEncoding.encode($0.name), PercentEncoding.encode($0.value)) }
            .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
            .map { "\($0.0)=\($0.1)" }
            .joined(separator: "&")
    }

    /// RFC 3986, 6.2.2.3, and empty segments removed; a closing slash is kept.
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
