// SPDX-License-Identifier: Apache-2.0

import Support

/// The parser of the expiration of credentials.
///
/// The documented form is that of ISO 8601, `2015-08-30T12:36:00Z`. Other forms are accepted as botocore accepts them,
/// whose parser (`dateutil.parser.parse`) reads a date and a time in many notations: `20150830T123600Z`,
/// `2015/08/30 12:36:00.5 +0200`, `Sun, 30 Aug 2015 12:36:00 GMT`, `Sun Aug 30 12:36:00 UTC 2015`. A time without a
/// zone is an error, because it could be local or UTC.
struct ExpirationTime {
    private var scanner: Scanner
    private var year: Int?
    private var month: Int?
    private var day: Int?
    private var time: (hour: Int, minute: Int, second: Int, fraction: Double)?
    /// The number of seconds by which local time is ahead of UTC.
    private var offset: Int?

    /// Parses a time.
    ///
    /// - Returns: seconds since 1970-01-01T00:00:00Z, negative before; nil when the text is no time with a date and a
    ///   zone, or outside the years 1...9999.
    static func parse(_ text: String) -> Double? {
        var parser = ExpirationTime(scanner: Scanner(bytes: Array(text.utf8)))
        guard parser.readAll() else { return nil }
        return parser.seconds
    }

    /// Parses a time in a response of STS, which botocore accepts as a number of seconds since 1970-01-01T00:00:00Z,
    /// too.
    static func parse(sts text: String) -> Double? {
        let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
        guard isNumber, let seconds = Double(text) else { return parse(text) }
        return seconds.isFinite && abs(seconds) < Double(CivilTime.range.upperBound) ? seconds : nil
    }

    private init(scanner: Scanner) { self.scanner = scanner }

    private var seconds: Double? {
        guard let year, let month, let day, let time, let offset, (1...9999).contains(year),
            abs(offset) < 86_400, time.second < 60
        else { return nil }
        // `CivilTime` begins with 1970. The calendar repeats itself after 400 years, which have 146,097 days.
        let cycles = year < 1970 ? 5 : 0
        let civil = CivilTime(
            year: year + cycles * 400, month: month, day: day, hour: time.hour, minute: time.minute,
            second: time.second)
        guard let civil else { return nil }
        let whole = civil.secondsSinceEpoch - cycles * 146_097 * 86_400 - offset
        return Double(whole) + time.fraction
    }

    /// Reads the parts in the order in which they come. Returns false for a text with anything else in it.
    private mutating func readAll() -> Bool {
        while !scanner.isAtEnd {
            guard readWord() || readZoneOffset() || readNumbers() || readSeparator() else { return false }
        }
        return true
    }

    private mutating func readSeparator() -> Bool {
        " \t\r\n\0,.;'/-".unicodeScalars.contains { scanner.skip($0) }
    }

    /// Reads the name of a weekday, a month, a half of the day or a zone, or a word between date and time.
    private mutating func readWord() -> Bool {
        let start = scanner
        let word = scanner.letters()
        guard !word.isEmpty else { return false }
        if Self.index(of: word, in: Self.weekdays) != nil {
            _ = scanner.skip(".")
            return true
        }
        if month == nil, let index = Self.index(of: word, in: Self.months) {
            month = index + 1
            while scanner.skip("-") || scanner.skip(".") || scanner.skip("/") {}
            return true
        }
        if ["t", "at", "on", "of"].contains(word.lowercased()) { return true }
        if let time, let half = ["am", "pm"].firstIndex(of: word.lowercased()), (1...12).contains(time.hour) {
            self.time?.hour = time.hour % 12 + half * 12
            return true
        }
        guard time != nil, offset == nil, ["Z", "z", "UTC", "GMT"].contains(word) else {
            scanner = start
            return false
        }
        // The sign of an offset behind the name of a zone means the opposite: GMT+3 is three hours behind GMT (POSIX,
        // environment variable TZ).
        guard let behind = readOffset() else {
            offset = 0
            return true
        }
        offset = -behind
        return true
    }

    private mutating func readZoneOffset() -> Bool {
        guard time != nil, let read = readOffset() else { return false }
        offset = read
        return true
    }

    /// Reads `+02`, `+0200` or `+02:00` and returns the offset in seconds.
    private mutating func readOffset() -> Int? {
        let start = scanner
        let sign = scanner.skip("+") ? 1 : scanner.skip("-") ? -1 : 0
        guard sign != 0 else { return nil }
        let digits = scanner.digits()
        if digits.count == 4 { return sign * (digits.value / 100 * 3600 + digits.value % 100 * 60) }
        let hasMinutes = scanner.skip(":")
        let minutes: Scanner.Digits = hasMinutes ? scanner.digits() : (0, 2)
        guard (1...2).contains(digits.count), (1...2).contains(minutes.count) else {
            scanner = start
            return nil
        }
        return sign * (digits.value * 3600 + minutes.value * 60)
    }

    /// Reads a number, or a date or time that begins with one.
    private mutating func readNumbers() -> Bool {
        let first = scanner.digits()
        guard first.count > 0 else { return false }
        if time == nil, scanner.peek == UInt8(ascii: ":"), first.count <= 2 {
            return readTime(hour: first.value)
        }
        switch (year, month, day) {
        case (nil, nil, nil) where first.count == 4: return readYearFirst(first.value)
        case (nil, nil, nil) where [8, 12, 14].contains(first.count): return readBasic(first)
        case (nil, _, nil) where first.count <= 2:
            day = first.value
            return readMonthAfterDay()
        case (nil, _?, _?) where first.count == 4:
            year = first.value
            return true
        case (_?, _?, _?) where time == nil && [2, 4, 6].contains(first.count):
            return readBasicTime(first.value * (first.count == 2 ? 10_000 : first.count == 4 ? 100 : 1))
        default: return false
        }
    }

    /// Reads the rest of `2015-08-30`, whose separators can be `/` and `.` too, or of `2015-Aug-30`.
    private mutating func readYearFirst(_ value: Int) -> Bool {
        year = value
        guard scanner.skip("-") || scanner.skip("/") || scanner.skip(".") else { return false }
        while scanner.skip("-") {}
        if scanner.peek.map(Scanner.isLetter) == true {
            guard readWord(), month != nil else { return false }
        } else {
            let read = scanner.digits()
            guard (1...2).contains(read.count), scanner.skip("-") || scanner.skip("/") || scanner.skip(".")
            else { return false }
            month = read.value
        }
        let read = scanner.digits()
        guard (1...2).contains(read.count) else { return false }
        day = read.value
        return true
    }

    /// Takes `20150830`, `201508301236` or `20150830123600` apart.
    private mutating func readBasic(_ digits: Scanner.Digits) -> Bool {
        let time =
            digits.count == 8
            ? 0 : digits.count == 12 ? digits.value % 10_000 * 100 : digits.value % 1_000_000
        let date =
            digits.count == 8
            ? digits.value : digits.count == 12 ? digits.value / 10_000 : digits.value / 1_000_000
        (year, month, day) = (date / 10_000, date / 100 % 100, date % 100)
        return digits.count == 8 || readBasicTime(time)
    }

    private mutating func readBasicTime(_ value: Int) -> Bool {
        guard let fraction = scanner.fraction() else { return false }
        time = (value / 10_000, value / 100 % 100, value % 100, fraction)
        return true
    }

    /// Reads the separator behind a day that comes first, and the month and year when they are numbers: `30-Aug-2015`,
    /// `8/30/2015`. The month comes before the day when it can be one.
    private mutating func readMonthAfterDay() -> Bool {
        guard scanner.skip("-") || scanner.skip("/") || scanner.skip(".") else { return true }
        guard month == nil, let first = day, scanner.peek.map(Scanner.isLetter) == false else { return true }
        let second = scanner.digits()
        guard (1...2).contains(second.count), scanner.skip("-") || scanner.skip("/") || scanner.skip(".")
        else { return false }
        let last = scanner.digits()
        guard last.count == 4 else { return false }
        (month, day) = first > 12 ? (second.value, first) : (first, second.value)
        year = last.value
        return true
    }

    /// Reads the rest of `12:36`, `12:36:00` or `12:36:00.5`.
    private mutating func readTime(hour: Int) -> Bool {
        _ = scanner.skip(":")
        let minute = scanner.digits()
        guard (1...2).contains(minute.count) else { return false }
        guard scanner.skip(":") else {
            time = (hour, minute.value, 0, 0)
            return true
        }
        let second = scanner.digits()
        guard (1...2).contains(second.count) else { return false }
        guard let fraction = scanner.fraction() else { return false }
        time = (hour, minute.value, second.value, fraction)
        return true
    }

    private static let weekdays = [
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    ]
    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
        "november", "december",
    ]

    /// Returns the index of the name that `word`, in any case, is or abbreviates to three letters.
    private static func index(of word: String, in names: [String]) -> Int? {
        let word = word.lowercased()
        return names.firstIndex { $0 == word || $0.prefix(3) == word || $0 == "september" && word == "sept" }
    }

    /// A position in the bytes of the text, and the functions that read from there.
    private struct Scanner {
        typealias Digits = (value: Int, count: Int)

        let bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        var isAtEnd: Bool { position == bytes.count }
        var peek: UInt8? { isAtEnd ? nil : bytes[position] }

        static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard peek == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        mutating func letters() -> String {
            let start = position
            while let byte = peek, Self.isLetter(byte) { position += 1 }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }

        /// Reads digits and returns their value and number. The value of more than 15 digits is 0.
        mutating func digits() -> Digits {
            let start = position
            var value = 0
            while let byte = peek, (0x30...0x39).contains(byte) {
                if position - start < 15 { value = value * 10 + Int(byte - 0x30) }
                position += 1
            }
            return (position - start > 15 ? 0 : value, position - start)
        }

        /// Reads a decimal point or comma and digits, when the point is next, and returns the fraction in whole
        /// microseconds, 0..<1; nil when no digit follows the point.
        mutating func fraction() -> Double? {
            guard skip(".") || skip(",") else { return 0 }
            let begin = position
            guard digits().count > 0 else { return nil }
            var microseconds = 0
            for index in 0..<6 {
                let isDigit = begin + index < position
                microseconds = microseconds * 10 + (isDigit ? Int(bytes[begin + index] - 0x30) : 0)
            }
            return Double(microseconds) / 1e6
        }
    }
}
