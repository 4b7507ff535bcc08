// SPDX-License-Identifier: Apache-2.0

import Support

/// The parser of the header `Date`.
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
