// SPDX-License-Identifier: Apache-2.0

import Support

/// The numbers of a date in the order in which a text has them, and the decision which of them is the year, the month
/// and the day.
struct DateNumbers {
    private var values: [Int] = []
    private var yearIndex: Int?
    private var monthIndex: Int?
    /// True when a number has more than two digits, so that no century is added to the year.
    private var hasCentury = false

    var count: Int { values.count }

    mutating func append(month: Int) throws(ExpirationTime.Unreadable) {
        guard monthIndex == nil else { throw ExpirationTime.Unreadable() }
        monthIndex = count
        values.append(month)
    }

    /// Appends a number that is the year when it has more than two digits, or when `isYear` is true.
    mutating func append(digits: String, isYear: Bool = false) throws(ExpirationTime.Unreadable) {
        let isLong = digits.utf8.count > 2
        try append(ExpirationTime.integer(digits), isYear: isYear || isLong, hasCentury: isLong)
    }

    /// Appends a number that is the year when it is above 100.
    mutating func append(value: Int) throws(ExpirationTime.Unreadable) {
        try append(value, isYear: value > 100, hasCentury: value > 100)
    }

    private mutating func append(
        _ value: Int, isYear: Bool, hasCentury: Bool
    ) throws(ExpirationTime.Unreadable) {
        if isYear {
            guard yearIndex == nil else { throw ExpirationTime.Unreadable() }
            yearIndex = count
        }
        self.hasCentury = self.hasCentury || hasCentury
        values.append(value)
    }

    /// Returns the date; nil when it has not three numbers. The year is above 31 or comes first before a number of four
    /// digits, and of two small numbers the month comes before the day unless it is above 12. A year of two digits is
    /// the one that is less than 50 years from `thisYear`.
    func date(thisYear: Int) -> (year: Int, month: Int, day: Int)? {
        guard count == 3 else { return nil }
        let (year, month, day) = order
        return (fullYear(values[year], thisYear), values[month], values[day])
    }

    /// The indices of year, month and day.
    private var order: (year: Int, month: Int, day: Int) {
        if let yearIndex, let monthIndex { return (yearIndex, monthIndex, 3 - yearIndex - monthIndex) }
        switch monthIndex {
        case 0: return values[1] > 31 ? (1, 0, 2) : (2, 0, 1)
        case 1: return values[0] > 31 ? (0, 1, 2) : (2, 1, 0)
        case 2: return values[1] > 31 ? (1, 2, 0) : (0, 2, 1)
        default:
            if values[0] > 31 || yearIndex == 0 { return (0, 1, 2) }
            return values[0] > 12 ? (2, 1, 0) : (2, 0, 1)
        }
    }

    private func fullYear(_ year: Int, _ thisYear: Int) -> Int {
        guard year < 100, !hasCentury else { return year }
        let near = thisYear / 100 * 100 + year
        return near >= thisYear + 50 ? near - 100 : near < thisYear - 50 ? near + 100 : near
    }

    /// Returns true when `value` can be the day behind the numbers so far, which always include a day already when
    /// there are three.
    func canBeDay(_ value: Int) -> Bool {
        guard let monthIndex else { return (1...31).contains(value) }
        let month = values[monthIndex]
        // A leap year, while the year is not known.
        let year = yearIndex.map { values[$0] } ?? 2000
        return CivilTime.days(inMonth: month, of: year) >= value && value >= 1
    }
}
