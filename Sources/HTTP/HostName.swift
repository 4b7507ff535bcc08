// SPDX-License-Identifier: Apache-2.0

/// The canonical form of host names and addresses.
///
/// libcurl rewrites some forms of IP addresses before it connects and sends the header `Host`. The signature of a
/// request covers this header, so the form must be known before the request is signed.
enum HostName {
    /// Returns `host` in the form that libcurl uses: names in lower case; IPv4 addresses with four decimal numbers
    /// (`127.0.0.1` for `127.1`, `0x7f.1` and `2130706433`); IPv6 addresses in brackets as in RFC 5952 (`[::1]` for
    /// `[0:0::1]`). A dot at the end is kept, because it makes a name absolute.
    static func canonical(_ host: String) -> String {
        if let address = ipv4(host) ?? ipv6(host) { return address }
        return host.lowercased()
    }

    /// Returns true when `host` is an IPv6 address in brackets.
    static func isIPv6(_ host: String) -> Bool { ipv6(host) != nil }

    /// Returns the IPv4 address that inet_aton(3) reads from `host`, as text, or nil when `host` is a name. The address
    /// has one to four numbers, each decimal, octal (`0177`) or hexadecimal (`0x7f`); the last one fills all remaining
    /// bytes.
    private static func ipv4(_ host: String) -> String? {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap(number)
        guard (1...4).contains(parts.count), numbers.count == parts.count, let last = numbers.last,
            numbers.dropLast().allSatisfy({ $0 <= 255 }), last < 1 << (8 * (5 - UInt64(parts.count)))
        else { return nil }
        let address = numbers.dropLast().enumerated().reduce(last) {
            $0 | $1.element << (24 - 8 * UInt64($1.offset))
        }
        return (0..<4).map { String(address >> (24 - 8 * $0) & 255) }.joined(separator: ".")
    }

    private static func number(_ text: Substring) -> UInt64? {
        guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else { return nil }
        if text.hasPrefix("0x") || text.hasPrefix("0X") { return UInt64(text.dropFirst(2), radix: 16) }
        return UInt64(text, radix: text.hasPrefix("0") ? 8 : 10)
    }

    /// Returns the IPv6 address `host`, in brackets, in its canonical form, or nil when `host` is none.
    private static func ipv6(_ host: String) -> String? {
        guard host.hasPrefix("["), host.hasSuffix("]"), let words = words(host.dropFirst().dropLast()) else {
            return nil
        }
        // The longest run of two or more zeros is left out, the first of several.
        var zeros = 0..<0
        for start in words.indices {
            let run = start..<(words[start...].firstIndex { $0 != 0 } ?? words.count)
            if run.count > max(zeros.count, 1) { zeros = run }
        }
        func text(_ words: ArraySlice<UInt16>) -> String {
            words.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard !zeros.isEmpty else { return "[\(text(words[...]))]" }
        // An IPv4 address in its last four bytes is written as such (`::ffff:192.0.2.1`), as in inet_ntop(3).
        guard zeros == 0..<6 || (zeros == 0..<5 && words[5] == 0xFFFF) else {
            return "[\(text(words[..<zeros.lowerBound]))::\(text(words[zeros.upperBound...]))]"
        }
        let address = words[6...].flatMap { [$0 >> 8, $0 & 255] }.map(String.init).joined(separator: ".")
        return "[::\(zeros.count == 5 ? "ffff:" : "")\(address)]"
    }

    /// Returns the eight words of an IPv6 address (RFC 4291, 2.2), or nil when `text` is none.
    private static func words(_ text: Substring) -> [UInt16]? {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard halves.count <= 2, let first = group(halves[0], isLast: halves.count == 1) else { return nil }
        guard halves.count == 2 else { return first.count == 8 ? first : nil }
        guard let last = group(halves[1], isLast: true), first.count + last.count < 8 else { return nil }
        return first + [UInt16](repeating: 0, count: 8 - first.count - last.count) + last
    }

    /// Returns the words of the part of an IPv6 address before or after `::`.
    ///
    /// - Parameter isLast: true when the part can end in an IPv4 address with dots.
    private static func group(_ text: Substring, isLast: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var words: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if isLast, index == parts.count - 1, part.contains(".") {
                let bytes = part.split(separator: ".", omittingEmptySubsequences: false).compactMap { byte in
                    byte.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt8(byte) : nil
                }
                guard bytes.count == 4, part.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 3 else {
                    return nil
                }
                words += [UInt16(bytes[0]) << 8 | UInt16(bytes[1]), UInt16(bytes[2]) << 8 | UInt16(bytes[3])]
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.first != UInt8(ascii: "+"),
                    let word = UInt16(part, radix: 16)
                else { return nil }
                words.append(word)
            }
        }
        return words
    }
}
