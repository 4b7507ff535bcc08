// SPDX-License-Identifier: Apache-2.0

/// The address that an HTTP server listens on.
package enum ListenAddress: Sendable, Equatable {
    /// A TCP port, 0...65535, on a numeric IPv4 or IPv6 address without brackets. For the port 0, the operating system
    /// selects a free port.
    case internet(host: String, port: UInt16)
    /// A Unix domain socket at an absolute path of at most 107 bytes.
    case unix(path: String)

    /// Parses `ADDRESS:PORT`, `[IPv6]:PORT` or an absolute path. The result is nil when the text is none of these.
    package init?(_ text: String) {
        if text.hasPrefix("/") {
            // sun_path holds 108 bytes with its NUL (unix(7)).
            guard text.utf8.count < 108, !text.utf8.contains(0) else { return nil }
            self = .unix(path: text)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, host.allSatisfy({ $0.isHexDigit || $0 == "." || $0 == ":" }) else { return nil }
        self = .internet(host: String(host), port: port)
    }
}

extension ListenAddress: CustomStringConvertible {
    /// The address as text, in the form of the setting `health.listen`.
    package var description: String {
        switch self {
        case .unix(let path): path
        case .internet(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }
}
