// SPDX-License-Identifier: Apache-2.0

/// A date and time of day in UTC, in the proleptic Gregorian calendar, with a resolution of one second.
///
/// The conversions are `days_from_civil` and `civil_from_days` of H. Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms" (https://howardhinnant.github.io/date_algorithms.html). Their years begin in March, so that the leap
/// day is the last day of a year.
package struct CivilTime: Sendable, Equatable {
    /// The year, 1970...9999.
    package let year: Int
    /// The month, 1...12.
    package let month: Int
    /// The day of the month, from 1 to the number of days of that month.
    package let day: Int
    /// The hour, 0...23.
    package let hour: Int
    /// The minute, 0...59.
    package let minute: Int
    /// The second, 0...60; 60 is a leap second.
    package let second: Int

    /// The range of times that the type represents, in seconds since 1970-01-01T00:00:00Z.
    package static let range = 0...253_402_300_799

    /// Makes a time from its fields. The result is nil when a field is out of its range.
    package init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        guard (1970...9999).contains(year), (1...12).contains(month),
            (1...Self.days(inMonth: month, of: year)).contains(day),
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second) = (hour, minute, second)
    }

    /// Makes a time from the number of seconds since 1970-01-01T00:00:00Z. A number outside `range` is replaced by the
    /// nearest bound of the range.
    package init(secondsSinceEpoch: Int) {
        let seconds = min(max(secondsSinceEpoch, Self.range.lowerBound), Self.range.upperBound)
        // 719468 is the number of days from 0000-03-01 to 1970-01-01; an era has 400 years, which are 146097 days.
        let shifted = seconds / 86_400 + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let second = seconds % 86_400
        (hour, minute, self.second) = (second / 3600, second / 60 % 60, second % 60)
    }

    /// The number of seconds since 1970-01-01T00:00:00Z. A leap second has the same number as the first second of the
    /// next minute.
    package var secondsSinceEpoch: Int {
        let marchYear = month <= 2 ? year - 1 : year
        let era = marchYear / 400
        let yearOfEra = marchYear % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era * 146_097 + dayOfEra - 719_468) * 86_400 + hour * 3600 + minute * 60 + second
    }

    /// The date in the form `2015-08-30`.
    package var date: String { "\(year)-\(twoDigits(month))-\(twoDigits(day))" }

    /// The time of day in the form `12:36:00`.
    package var timeOfDay: String { "\(twoDigits(hour)):\(twoDigits(minute)):\(twoDigits(second))" }

    /// The time in the format of RFC 3339, such as `2015-08-30T12:36:00Z`.
    package var rfc3339: String { "\(date)T\(timeOfDay)Z" }

    /// The time in the basic format of ISO 8601, such as `20150830T123600Z`. Signature Version 4 uses it.
    package var basicFormat: String {
        // Bytes and not string interpolation, because every signed request needs this text.
        var text: [UInt8] = []
        text.reserveCapacity(16)
        for pair in [year / 100, year % 100, month, day] { Self.append(pair, to: &text) }
        text.append(UInt8(ascii: "T"))
        for pair in [hour, minute, second] { Self.append(pair, to: &text) }
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the two decimal digits of `number`, 0...99, as ASCII.
    private static func append(_ number: Int, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "0") + UInt8(number / 10))
        text.append(UInt8(ascii: "0") + UInt8(number % 10))
    }

    /// Returns the number of days of a month, 1...12, in the Gregorian calendar.
    package static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

private func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
