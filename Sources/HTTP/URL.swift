// SPDX-License-Identifier: Apache-2.0

/// The parts of an http or https URL, kept apart so that signing and sending render them alike, once.
package struct URL: Sendable, Equatable {
    package enum Scheme: String, Sendable {
        case http, https

        package var defaultPort: Int { self == .http ? 80 : 443 }
    }

    package struct QueryItem: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var scheme: Scheme
    /// A DNS name or IPv4 address, or an IPv6 address in brackets. Lower case.
    package var host: String
    /// 1...65535, or nil for the default port of the scheme.
    package var port: Int?
    /// Percent-encoded exactly as it is sent; starts with `/`.
    package var path: String
    /// Decoded names and values; encoded once, by `rendered` and by the signer, in the same way.
    package var query: [QueryItem]

    package init(
        _ scheme: Scheme, host: String, port: Int? = nil, path: String = "/", query: [QueryItem] = []
    ) {
        self.scheme = scheme
        self.host = host.lowercased()
        self.port = port == scheme.defaultPort ? nil : port
        self.path = path.hasPrefix("/") ? path : "/" + path
        self.query = query
    }

    /// Reads an absolute http(s) URL as found in configuration or an environment variable. Nil for any other
    /// scheme, for user information (a secret that would be printed), a fragment, a bad port or an empty host.
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
            guard let name = PercentEncoding.decode(parts[0]),
                let value = PercentEncoding.decode(parts.count > 1 ? parts[1] : "")
            else { return nil }
            query.append(QueryItem(name, value))
        }
        self.init(scheme, host: host, port: port, path: String(tail[..<queryStart]), query: query)
    }

    /// Host and, unless it is the scheme's default, port: the value of the `Host` header.
    package var authority: String { port.map { "\(host):\($0)" } ?? host }

    /// The URL as it goes over the wire.
    package var rendered: String {
        let items = query.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
        return
            "\(scheme.rawValue)://\(authority)\(path)\(items.isEmpty ? "" : "?")\(items.joined(separator: "&"))"
    }

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

    /// A name or IPv4 address of letters, digits, `-`, `.` and `_`, or an IPv6 address in brackets.
    private static func isHost(_ host: Substring.UTF8View) -> Bool {
        if host.first == UInt8(ascii: "[") {
            return host.count > 3
                && host.dropFirst().dropLast().allSatisfy {
                    Self.isHexDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
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

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "F"),
            UInt8(ascii: "a")...UInt8(ascii: "f"):
            true
        default: false
        }
    }
}
