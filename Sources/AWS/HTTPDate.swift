// SPDX-License-Identifier: Apache-2.0

import Support

/// The parser of the header `Date`, and of the times in responses of S3.
package enum HTTPDate {
    /// Parses the date of an HTTP header, such as `Date`, in any of the three forms of RFC 9110, 5.6.7:
    ///
    /// - IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT`
    /// - RFC 850: `Sunday, 06-Nov-94 08:49:37 GMT`. The two digits 70...99 are a year from 1970 on, and 00...69 one
    ///   from 2000 on, as in strptime(3).
    /// - asctime(3): `Sun Nov  6 08:49:37 1994`
    ///
    /// Variants with `UTC` instead of `GMT`, and without leading zeros, are accepted. The name of the weekday is not
    /// checked.
    ///
    /// - Returns: seconds since 1970-01-01T00:00:00Z, or nil.
    static func parse(_ text: String) -> Double? {
        var parts = text.split { $0 == " " || $0 == "," || $0 == ":" || $0 == "-" }
        if parts.count == 7 {
            parts = [parts[0], parts[2], parts[1], parts[6], parts[3], parts[4], parts[5], "GMT"]
        }
        guard parts.count == 8, parts[7] == "GMT" || parts[7] == "UTC",
            let day = number(parts[1]), let month = months.firstIndex(of: String(parts[2])),
            let year = number(parts[3]), let hour = number(parts[4]), let minute = number(parts[5]),
            let second = number(parts[6])
        else { return nil }
        let century = parts[3].utf8.count > 2 ? 0 : year < 70 ? 2000 : 1900
        return seconds(century + year, month + 1, day, hour, minute, second)
    }

    /// Parses a time in the basic format of ISO 8601, such as `20150830T123600Z` (`CivilTime.basicFormat`).
    ///
    /// - Returns: seconds since 1970-01-01T00:00:00Z, or nil.
    static func parseBasic(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z") else {
            return nil
        }
        let fields = [0..<4, 4..<6, 6..<8, 9..<11, 11..<13, 13..<15].compactMap {
            number(String(decoding: bytes[$0], as: UTF8.self))
        }
        guard fields.count == 6 else { return nil }
        return seconds(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5])
    }

    /// Parses a time in the extended format of ISO 8601 in UTC, such as `2015-08-30T12:36:00.000Z`. A fraction of a
    /// second is ignored.
    ///
    /// - Returns: seconds since 1970-01-01T00:00:00Z, or nil.
    package static func parseExtended(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        let marks = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")]
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"),
            marks.allSatisfy({ bytes[$0.0] == $0.1.utf8.first }),
            bytes.count == 20 || bytes[19] == UInt8(ascii: ".")
        else { return nil }
        let fields = [0..<4, 5..<7, 8..<10, 11..<13, 14..<16, 17..<19].compactMap {
            number(String(decoding: bytes[$0], as: UTF8.self))
        }
        guard fields.count == 6 else { return nil }
        return seconds(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5])
    }

    /// Returns the number that consists of the decimal digits `digits`, or nil when there is another character.
    private static func number(_ digits: some StringProtocol) -> Int? {
        digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(digits) : nil
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
