// SPDX-License-Identifier: Apache-2.0

import Support

/// An http or https URL as separate parts. The signer and the transport read the same parts, so that they encode the
/// path and the query identically.
package struct URL: Sendable, Equatable {
    package enum Scheme: String, Sendable {
        case http, https

        /// The default port of the scheme: 80 for http, 443 for https.
        package var defaultPort: Int { self == .http ? 80 : 443 }
    }

    /// One parameter of the query, with its name and value percent-decoded.
    package struct QueryItem: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var scheme: Scheme
    /// The host in the form that is sent and signed (`HostName.canonical`): a DNS name in lower case, an IPv4 address,
    /// or an IPv6 address in brackets.
    package var host: String
    /// The port, 1...65535; nil for the default port of the scheme.
    package var port: Int?
    /// The path, percent-encoded exactly as it is sent. It begins with `/`.
    package var path: String
    /// The parameters of the query, percent-decoded. `rendered` and the signer encode them with `PercentEncoding`.
    package var query: [QueryItem]

    /// Makes a URL from its parts. The host is converted to its canonical form, the default port of the scheme becomes
    /// nil, and a `/` is put before a path that does not begin with one.
    package init(
        _ scheme: Scheme, host: String, port: Int? = nil, path: String = "/", query: [QueryItem] = []
    ) {
        self.scheme = scheme
        self.host = HostName.canonical(host)
        self.port = port == scheme.defaultPort ? nil : port
        self.path = path.hasPrefix("/") ? path : "/" + path
        self.query = query
    }

    /// Parses an absolute http or https URL from a configuration file or an environment variable. The result is nil for
    /// other schemes, characters outside printable ASCII, user information (a secret, which would be logged), a
    /// fragment, and an invalid host, port or percent-encoding. An IPv6 address with a zone is invalid as well.
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

    /// The value of the `Host` header: the host, followed by `:` and the port unless that is the default port of the
    /// scheme.
    package var authority: String { port.map { "\(host):\($0)" } ?? host }

    /// The URL as text with an encoded query: `https://example.com:8443/path?name=value`.
    package var rendered: String {
        let items = query.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
        return
            "\(scheme.rawValue)://\(authority)\(path)\(items.isEmpty ? "" : "?")\(items.joined(separator: "&"))"
    }

    /// Splits `host` or `host:port` and returns the parts, or nil when the host or the port is invalid.
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

    /// Returns true when `host` is a name or IPv4 address that consists of `A-Z a-z 0-9 - . _`, or an IPv6 address in
    /// brackets.
    private static func isHost(_ host: Substring.UTF8View) -> Bool {
        if host.first == UInt8(ascii: "[") { return HostName.isIPv6(String(Substring(host))) }
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
