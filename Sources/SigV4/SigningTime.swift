// SPDX-License-Identifier: Apache-2.0

/// A moment in the form that a signature carries: `20150830T123600Z`, and its day `20150830`.
package struct SigningTime: Sendable, Equatable {
    /// `YYYYMMDD'T'HHMMSS'Z'`, in UTC.
    package let stamp: String

    /// `YYYYMMDD`, the first part of the scope.
    package let day: String

    /// - Parameter secondsSinceEpoch: from the years 1970 to 9999; outside of them the nearest bound is
    ///   taken.
    package init(secondsSinceEpoch: Int) {
        let seconds = min(max(secondsSinceEpoch, 0), 253_402_300_799)
        let (year, month, day) = Self.civil(day: seconds / 86_400)
        let second = seconds % 86_400
        var text: [UInt8] = []
        text.reserveCapacity(16)
        for pair in [year / 100, year % 100, month, day] { Self.append(pair, to: &text) }
        self.day = String(decoding: text, as: UTF8.self)
        text.append(UInt8(ascii: "T"))
        for pair in [second / 3600, second / 60 % 60, second % 60] { Self.append(pair, to: &text) }
        text.append(UInt8(ascii: "Z"))
        stamp = String(decoding: text, as: UTF8.self)
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

    /// Two digits of a number of 0...99.
    private static func append(_ number: Int, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "0") + UInt8(number / 10))
        text.append(UInt8(ascii: "0") + UInt8(number % 10))
    }
}
