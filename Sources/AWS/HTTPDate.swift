// SPDX-License-Identifier: Apache-2.0

import Support

/// The parsers of the dates in responses of AWS: the header `Date`, and the expiration of credentials.
enum HTTPDate {
    /// Parses the header `Date`.
    ///
    /// The accepted forms are the IMF-fixdate `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7), and variants of it:
    /// with `UTC` instead of `GMT`, with hyphens in the date as in `Sun, 06-Nov-1994 08:49:37 GMT`, and without leading
    /// zeros. The name of the weekday is not checked. The two obsolete forms, that of RFC 850 with a year of two digits
    /// and that of asctime(3), are not accepted.
    ///
    /// - Returns: seconds since 1970-01-01T00:00:00Z, or nil.
    static func parse(_ text: String) -> Double? {
        let parts = text.split { $0 == " " || $0 == "," || $0 == ":" || $0 == "-" }
        guard parts.count == 8, parts[7] == "GMT" || parts[7] == "UTC",
            let day = Int(parts[1]), let month = months.firstIndex(of: String(parts[2])),
            let year = Int(parts[3]), let hour = Int(parts[4]), let minute = Int(parts[5]),
            let second = Int(parts[6])
        else { return nil }
        return seconds(year, month + 1, day, hour, minute, second)
    }

    /// Parses an ISO 8601 time such as `2015-08-30T12:36:00Z`, the format of the expiration of credentials. The seconds
    /// can have a fraction, and an offset (`+02:00`, `+0200`) can replace the `Z`.
    ///
    /// - Returns: seconds since 1970-01-01T00:00:00Z, or nil.
    static func parseISO8601(_ text: String) -> Double? {
        guard let begin = text.lastIndex(where: { "TZ+-".contains($0) }), text[begin] != "T",
            let offset = offset(text[begin...])
        else { return nil }
        let parts = text[..<begin].split { "-T:".contains($0) }
        guard parts.count == 6, let year = Int(parts[0]), let month = Int(parts[1]),
            let day = Int(parts[2]),
            let hour = Int(parts[3]), let minute = Int(parts[4]), let second = Double(parts[5]),
            second >= 0, second < 61
        else { return nil }
        return seconds(year, month, day, hour, minute, 0).map { $0 + second - Double(offset) }
    }

    /// Parses `Z` or an offset, and returns the number of seconds by which local time is ahead of UTC; nil when the
    /// text is invalid.
    private static func offset(_ text: Substring) -> Int? {
        if text == "Z" { return 0 }
        var digits = text.dropFirst()
        if digits.count == 5, digits.dropFirst(2).first == ":" {
            digits.remove(at: digits.index(digits.startIndex, offsetBy: 2))
        }
        guard digits.count == 4, digits.allSatisfy({ ("0"..."9").contains($0) }),
            let hours = Int(digits.prefix(2)),
            let minutes = Int(digits.suffix(2)), hours < 24, minutes < 60
        else { return nil }
        return (text.first == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func seconds(
        _ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int
    ) -> Double? {
        CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
            .map { Double($0.secondsSinceEpoch) }
    }
}
