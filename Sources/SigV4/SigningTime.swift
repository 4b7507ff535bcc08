// SPDX-License-Identifier: Apache-2.0

/// A moment in the form that a signature carries: `20150830T123600Z`, and its day `20150830`.
package struct SigningTime: Sendable, Equatable {
    /// `YYYYMMDD'T'HHMMSS'Z'`, in UTC.
    package let stamp: String

    /// `YYYYMMDD`, the first part of the scope.
    package var day: String { String(stamp.prefix(8)) }

    /// - Parameter secondsSinceEpoch: from the years 1970 to 9999; outside of them the nearest bound is
    ///   taken.
    package init(secondsSinceEpoch: Int) {
        let seconds = min(max(secondsSinceEpoch, 0), 253_402_300_799)
        let (year, month, day) = Self.civil(day: seconds / 86_400)
        let second = seconds % 86_400
        stamp =
            "\(Self.digits(year, 4))\(Self.digits(month, 2))\(Self.digits(day, 2))"
            + "T\(Self.digits(second / 3600, 2))\(Self.digits(second / 60 % 60, 2))"
            + "\(Self.digits(second % 60, 2))Z"
    }

    /// The Gregorian date of a day counted from 1970-01-01 (H. Hinnant, "chrono-Compatible Low-Level Date
    /// Algorithms", `civil_from_days`): years begin in March, so that the leap day is the last of them.
    private static func civil(day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1
        )
    }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}
