// SPDX-License-Identifier: Apache-2.0

import Support

/// An http or https URL as separate parts, so that the signer and the transport encode them in the same way, once.
package struct URL: Sendable, Equatable {
    package enum Scheme: String, Sendable {
        case http, https

        /// 80 or 443.
        package var defaultPort: Int { self == .http ? 80 : 443 }
    }

    /// One parameter of the query, decoded.
    package struct QueryItem: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var scheme: Scheme
    /// A DNS name, an IPv4 address, or an IPv6 address in brackets, in lower case.
    package var host: String
    /// The port, 1...65535; nil for the default port of the scheme.
    package var port: Int?
    /// The path, percent-encoded exactly as it is sent. It begins with `/`.
    package var path: String
    /// The parameters of the query, decoded. `rendered` and the signer encode them with `PercentEncoding`.
    package var query: [QueryItem]

    /// Makes a URL from its parts. The host is lowercased, a default port becomes nil, and a missing `/` is put before
    /// the path.
    package init(
        _ scheme: Scheme, host: String, port: Int? = nil, path: String = "/", query: [QueryItem] = []
    ) {
        self.scheme = scheme
        self.host = host.lowercased()
        self.port = port == scheme.defaultPort ? nil : port
        self.path = path.hasPrefix("/") ? path : "/" + path
        self.query = query
    }

    /// Parses an absolute http or https URL of a configuration file or an environment variable. Returns nil for other
    /// schemes, characters outside printable ASCII, user information (a secret, which would be logged), a fragment, an
    /// invalid host, port or percent-encoding.
    package init?(_ text: String) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
        guard let colon = text.firstRange(of: "://"),
            let scheme = Scheme(rawValue: text[..<colon.lowerBound].lowercased())
        else { return nil }
        let rest = text[colon.upperBound...]
        guard !rest.contains("#") else { return nil }
        let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        guard let (host, port) = Self.splitAuthority(rest[..<authorityEnd]) else { return nil }
        let tail = rest[authorityEnd...]
        let queryStart = tail.firstIndex(of: "?") ?? tail.endIndex
        var query: [QueryItem] = []
        for pair in tail[queryStart...].dropFirst().split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts[0].percentDecoded(),
                let value = (parts.count > 1 ? parts[1] : "").percentDecoded()
            else { return nil }
            query.append(QueryItem(name, value))
        }
        self.init(scheme, host: host, port: port, path: String(tail[..<queryStart]), query: query)
    }

    /// The host, with the port unless it is the default of the scheme: the value of the `Host` header.
    package var authority: String { port.map { "\(host):\($0)" } ?? host }

    /// The whole URL as text, as it is sent.
    package var rendered: String {
        let items = query.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
        return
            "\(scheme.rawValue)://\(authority)\(path)\(items.isEmpty ? "" : "?")\(items.joined(separator: "&"))"
    }

    /// Splits `host:port`. Returns nil when one of them is invalid.
    private static func splitAuthority(_ text: Substring) -> (host: String, port: Int?)? {
        let hostEnd: Substring.Index
        if text.hasPrefix("[") {
            guard let bracket = text.firstIndex(of: "]") else { return nil }
            hostEnd = text.index(after: bracket)
        } else {
            hostEnd = text.firstIndex(of: ":") ?? text.endIndex
        }
        let host = text[..<hostEnd]
        guard isHost(host.utf8) else { return nil }
        guard hostEnd != text.endIndex else { return (String(host), nil) }
        let digits = text[hostEnd...].dropFirst()
        guard text[hostEnd] == ":", digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), (1...65535).contains(port)
        else { return nil }
        return (String(host), port)
    }

    /// Returns true for a name or IPv4 address of `A-Z a-z 0-9 - . _`, and for an IPv6 address in brackets.
    private static func isHost(_ host: Substring.UTF8View) -> Bool {
        if host.first == UInt8(ascii: "[") {
            return host.count > 3
                && host.dropFirst().dropLast().allSatisfy {
                    Hex.value(ofDigit: $0) != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
                }
        }
        return !host.isEmpty
            && host.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
