// SPDX-License-Identifier: Apache-2.0

/// The dates that servers send.
enum HTTPDate {
    /// Seconds since the epoch of an IMF-fixdate such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
    static func parse(_ text: String) -> Double? {
        let parts = text.split { $0 == " " || $0 == "," || $0 == ":" || $0 == "-" }
        guard parts.count == 8, parts[7] == "GMT" || parts[7] == "UTC",
            let day = Int(parts[1]), let month = months.firstIndex(of: String(parts[2])),
            let year = Int(parts[3]), let hour = Int(parts[4]), let minute = Int(parts[5]),
            let second = Int(parts[6])
        else { return nil }
        return seconds(year, month + 1, day, hour, minute, second)
    }

    /// Seconds since the epoch of an ISO 8601 time such as `2015-08-30T12:36:00Z`, which credentials carry. Instead
    /// of the Z there may be an offset, `+02:00` or `+0200`.
    static func parseISO8601(_ text: String) -> Double? {
        guard let begin = text.lastIndex(where: { "TZ+-".contains($0) }), text[begin] != "T",
            let offset = offset(text[begin...])
        else { return nil }
        let parts = text[..<begin].split { "-T:".contains($0) }
        guard parts.count == 6, let year = Int(parts[0]), let month = Int(parts[1]),
            let day = Int(parts[2]),
            let hour = Int(parts[3]), let minute = Int(parts[4]), let second = Double(parts[5]),
            second >= 0, second < 62
        else { return nil }
        return seconds(year, month, day, hour, minute, 0).map { $0 + second - Double(offset) }
    }

    /// How many seconds local time is ahead of UTC.
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
        guard (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day),
            (0...23).contains(hour), (0...59).contains(minute), (0...61).contains(second)
        else { return nil }
        // H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
        let marchYear = month <= 2 ? year - 1 : year
        let era = marchYear / 400
        let yearOfEra = marchYear % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return Double(days * 86_400 + hour * 3600 + minute * 60 + second)
    }
}
