// SPDX-License-Identifier: Apache-2.0

import Support

/// The parser of the expiration of credentials.
///
/// The documented form is that of ISO 8601, `2015-08-30T12:36:00Z`. Other forms are accepted as botocore accepts them,
/// whose parser (`dateutil.parser.parse`) reads a date and a time in many notations: `20150830T123600Z`,
/// `2015/08/30 12:36:00.5 +0200`, `Sun, 30 Aug 2015 12:36:00 GMT`, `Sunday, 30-Aug-15 12:36:00 GMT`,
/// `30th of August 2015 12h 36m +01:00 (CET)`. A time without a zone is an error, because it could be local or UTC.
///
/// In contrast to botocore, which takes the missing part from the present day, a date without year, month or day is an
/// error, and a name of the local zone other than UTC and GMT is no zone.
struct ExpirationTime {
    /// The error of a text that is no date and time.
    struct Unreadable: Error {}

    private var tokens: [String]
    /// The index of the first token that is not read yet.
    private var next = 0
    private var date = DateNumbers()
    private var hour: Int?
    private var minute: Int?
    private var second: Int?
    private var microsecond = 0
    private var zone: String?
    /// The number of seconds by which local time is ahead of UTC.
    private var offset: Int?

    /// Parses a time.
    ///
    /// - Returns: seconds since 1970-01-01T00:00:00Z, negative before; nil when the text is no time with a date and a
    ///   zone, or outside the years 1...9999.
    static func parse(_ text: String) -> Double? {
        var parser = ExpirationTime(tokens: DateTokens.split(text))
        do throws(Unreadable) {
            while parser.next < parser.tokens.count { try parser.readPart(parser.tokens[parser.next]) }
        } catch {
            return nil
        }
        return parser.seconds
    }

    /// Parses a time in a response of STS, which botocore accepts as a number of seconds since 1970-01-01T00:00:00Z,
    /// too.
    static func parse(sts text: String) -> Double? {
        let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
        guard isNumber, let seconds = Double(text) else { return parse(text) }
        return seconds.isFinite && abs(seconds) < Double(CivilTime.range.upperBound) ? seconds : nil
    }

    private init(tokens: [String]) { self.tokens = tokens }

    private var seconds: Double? {
        let thisYear = CivilTime(secondsSinceEpoch: Int(SystemTime.now)).year
        guard let date = date.date(thisYear: thisYear), (1...9999).contains(date.year), second ?? 0 < 60,
            let offset = zone.map(Self.isUTC) == true ? 0 : offset, abs(offset) < 86_400
        else { return nil }
        // `CivilTime` begins with 1970. The calendar repeats itself after 400 years, which have 146,097 days.
        let cycles = date.year < 1970 ? 5 : 0
        let civil = CivilTime(
            year: date.year + cycles * 400, month: date.month, day: date.day, hour: hour ?? 0,
            minute: minute ?? 0, second: second ?? 0)
        guard let civil else { return nil }
        let whole = civil.secondsSinceEpoch - cycles * 146_097 * 86_400 - offset
        return Double(whole) + Double(microsecond) / 1e6
    }

    /// Returns the token at `index`; nil behind the last one.
    private func peek(_ index: Int) -> String? { tokens.indices.contains(index) ? tokens[index] : nil }

    private func token(_ index: Int) throws(Unreadable) -> String {
        guard let token = peek(index) else { throw Unreadable() }
        return token
    }

    /// Returns the decimal digits `text` as a number.
    static func integer(_ text: some StringProtocol) throws(Unreadable) -> Int {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text) else {
            throw Unreadable()
        }
        return number
    }

    /// Reads the next part of the text, which begins with `token`.
    private mutating func readPart(_ token: String) throws(Unreadable) {
        let index = next
        next += 1
        if token.utf8.first.map({ (0x30...0x39).contains($0) }) == true {
            try readNumber(token, at: index)
        } else if Self.isWeekday(token) {
            return
        } else if let month = Self.month(token) {
            try date.append(month: month)
            try readBehindMonth()
        } else if let half = Self.halfDay(token) {
            guard let hour, hour <= 12 else { throw Unreadable() }
            self.hour = Self.hour(hour, of: half)
        } else if offset == nil, isZoneName(token) {
            zone = token
            if token == "z" { offset = 0 }
            // The sign of an offset behind the name of a zone means the opposite: GMT+3 is three hours behind GMT
            // (POSIX, environment variable TZ).
            guard let sign = peek(next), sign == "+" || sign == "-" else { return }
            tokens[next] = sign == "+" ? "-" : "+"
            offset = nil
            if Self.isUTC(token) { zone = nil }
        } else if hour != nil, token == "+" || token == "-" {
            try readOffset(sign: token == "+" ? 1 : -1)
        } else if !Self.isFiller(token) {
            throw Unreadable()
        }
    }

    /// Reads the numbers behind the name of a month: `Jan-01-99` or `January of 99`.
    private mutating func readBehindMonth() throws(Unreadable) {
        guard let separator = peek(next) else { return }
        if separator == "-" || separator == "/" {
            try date.append(digits: token(next + 1))
            next += 2
            guard peek(next) == separator else { return }
            try date.append(digits: token(next + 1))
            next += 2
        } else if separator == " ", peek(next + 1)?.lowercased() == "of", peek(next + 2) == " ",
            let year = peek(next + 3)
        {
            if (try? Self.integer(year)) != nil { try date.append(digits: year, isYear: true) }
            next += 4
        }
    }

    /// Reads the offset behind its sign, such as `02`, `0200`, `02:00` or `02:00 (CET)`.
    private mutating func readOffset(sign: Int) throws(Unreadable) {
        let digits = try token(next)
        let (hours, minutes): (Int, Int)
        if digits.utf8.count == 4 {
            (hours, minutes) = (try Self.integer(digits.prefix(2)), try Self.integer(digits.suffix(2)))
        } else if peek(next + 1) == ":" {
            (hours, minutes) = (try Self.integer(digits), try Self.integer(token(next + 2)))
            next += 2
        } else if digits.utf8.count <= 2 {
            (hours, minutes) = (try Self.integer(digits), 0)
        } else {
            throw Unreadable()
        }
        guard hours < 100, minutes < 10_000 else { throw Unreadable() }
        offset = sign * (hours * 3600 + minutes * 60)
        next += 1
        if let space = peek(next), Self.isFiller(space), peek(next + 1) == "(", peek(next + 3) == ")",
            let name = peek(next + 2), name.count >= 3, isZoneName(name)
        {
            zone = name
            next += 4
        }
    }

    /// Reads a number and what belongs to it. The meaning of the number depends on its length, on the tokens behind it,
    /// and on whether the date is complete.
    private mutating func readNumber(_ text: String, at index: Int) throws(Unreadable) {
        let count = text.utf8.count
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let follower = peek(next)
        if date.count == 3, count == 2 || count == 4, hour == nil,
            follower == nil || follower != ":" && Self.unit(follower) == nil
        {
            hour = try Self.integer(text.prefix(2))
            if count == 4 { minute = try Self.integer(text.suffix(2)) }
        } else if count == 6 || parts[0].utf8.count == 6 && parts.count == 2 {
            try readSixDigits(text)
        } else if [8, 12, 14].contains(count) {
            try readBasic(text)
        } else if let (unit, end) = unit(of: index) {
            next = end
            try set(unit, to: text)
        } else if follower == ":", let minutes = peek(next + 1) {
            hour = try Self.integer(parts[0])
            (minute, second) = try Self.withSixtieths(minutes)
            next += 2
            guard peek(next) == ":", let seconds = peek(next + 1) else { return }
            try setSeconds(seconds)
            next += 2
        } else if let follower, ["-", "/", "."].contains(follower) {
            try readDate(text, separator: follower)
        } else if follower == nil || Self.isFiller(follower ?? "") {
            let value = try Self.integer(parts[0])
            next += 1
            if let half = Self.halfDay(peek(next)) {
                hour = Self.hour(value, of: half)
                next += 1
            } else {
                try date.append(value: value)
            }
        } else {
            let value = try Self.integer(parts[0])
            if let half = Self.halfDay(follower), value < 24 {
                hour = Self.hour(value, of: half)
                next += 1
            } else {
                guard date.canBeDay(value) else { throw Unreadable() }
                try date.append(value: value)
            }
        }
    }

    /// Reads the date `150830` when there is no date yet, otherwise the time `123600` or `123600.5`.
    private mutating func readSixDigits(_ text: String) throws(Unreadable) {
        let (first, second, rest) = (text.prefix(2), text.dropFirst(2).prefix(2), text.dropFirst(4))
        if date.count == 0, !text.contains(".") {
            for digits in [first, second, rest] { try date.append(digits: String(digits)) }
        } else {
            (hour, minute) = (try Self.integer(first), try Self.integer(second))
            try setSeconds(String(rest))
        }
    }

    /// Takes `20150830`, `201508301236` or `20150830123600` apart.
    private mutating func readBasic(_ text: String) throws(Unreadable) {
        try date.append(digits: String(text.prefix(4)), isYear: true)
        try date.append(digits: String(text.dropFirst(4).prefix(2)))
        try date.append(digits: String(text.dropFirst(6).prefix(2)))
        guard text.utf8.count > 8 else { return }
        hour = try Self.integer(text.dropFirst(8).prefix(2))
        minute = try Self.integer(text.dropFirst(10).prefix(2))
        if text.utf8.count > 12 { second = try Self.integer(text.dropFirst(12)) }
    }

    /// Reads a date that begins with `first`, such as `2015-08-30`, `30.08.15`, `30-Aug-2015` or `08/30`.
    private mutating func readDate(_ first: String, separator: String) throws(Unreadable) {
        try date.append(digits: first)
        next += 1
        guard let second = peek(next), !Self.isFiller(second) else { return }
        next += 1
        try appendDigitsOrMonth(second)
        guard peek(next) == separator else { return }
        try appendDigitsOrMonth(token(next + 1))
        next += 2
    }

    private mutating func appendDigitsOrMonth(_ token: String) throws(Unreadable) {
        if let month = Self.month(token) {
            try date.append(month: month)
        } else {
            try date.append(digits: token)
        }
    }

    /// A unit of a time such as `12h 36m 5s`.
    private enum Unit: Int {
        case hour, minute, second
        /// The unit of a number behind the one of the seconds, which has no effect.
        case none
    }

    /// Returns the unit of the number at `index`, and the index of the token behind both. The unit is the word behind
    /// the number, or the unit below that of the word before it, as in `12h36`.
    private func unit(of index: Int) -> (unit: Unit, end: Int)? {
        if let unit = Self.unit(peek(index + 1)) { return (unit, index + 2) }
        if peek(index + 1) == " ", let unit = Self.unit(peek(index + 2)) { return (unit, index + 3) }
        let isLast = index == tokens.count - 1 && index > 1 && tokens[index - 1] == " "
        let before = Self.unit(peek(index - 1)) ?? (isLast ? Self.unit(peek(index - 2)) : nil)
        return before.flatMap { Unit(rawValue: $0.rawValue + 1) }.map { ($0, index + 1) }
    }

    private mutating func set(_ unit: Unit, to text: String) throws(Unreadable) {
        switch unit {
        case .hour:
            let (whole, minutes) = try Self.withSixtieths(text)
            hour = whole
            if let minutes { minute = minutes }
        case .minute: (minute, second) = try Self.withSixtieths(text)
        case .second: try setSeconds(text)
        case .none: break
        }
    }

    private mutating func setSeconds(_ text: String) throws(Unreadable) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        second = try Self.integer(parts[0])
        microsecond = parts.count == 1 ? 0 : try Self.integer((parts[1] + "000000").prefix(6))
    }

    /// Returns the whole part of the decimal number `text`, and its fraction in sixtieths; nil when the fraction is 0.
    private static func withSixtieths(_ text: String) throws(Unreadable) -> (whole: Int, sixtieths: Int?) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let whole = try integer(parts[0])
        guard parts.count == 2 else { return (whole, nil) }
        // Fifteen digits decide about every sixtieth.
        let fraction = try integer((parts[1] + String(repeating: "0", count: 15)).prefix(15))
        return (whole, fraction == 0 ? nil : fraction * 60 / 1_000_000_000_000_000)
    }

    private func isZoneName(_ token: String) -> Bool {
        guard hour != nil, zone == nil, token.count <= 5 else { return false }
        return token.utf8.allSatisfy { (0x41...0x5A).contains($0) } || token == "z"
    }

    private static func isUTC(_ zone: String) -> Bool { ["utc", "gmt", "z"].contains(zone.lowercased()) }

    /// Returns true for a word or character between the parts of a date and time, which has no meaning.
    private static func isFiller(_ token: String) -> Bool {
        [
            " ", ".", ",", ";", "-", "/", "'", "at", "on", "and", "ad", "m", "t", "of", "st", "nd", "rd",
            "th",
        ].contains(token.lowercased())
    }

    private static func unit(_ token: String?) -> Unit? {
        switch token?.lowercased() {
        case "h", "hour", "hours": .hour
        case "m", "minute", "minutes": .minute
        case "s", "second", "seconds": .second
        default: nil
        }
    }

    private enum HalfDay { case am, pm }

    private static func halfDay(_ token: String?) -> HalfDay? {
        switch token?.lowercased() {
        case "am", "a": .am
        case "pm", "p": .pm
        default: nil
        }
    }

    private static func hour(_ hour: Int, of half: HalfDay) -> Int {
        switch half {
        case .am: hour == 12 ? 0 : hour
        case .pm: hour < 12 ? hour + 12 : hour
        }
    }

    private static func isWeekday(_ token: String) -> Bool {
        index(of: token, in: "monday tuesday wednesday thursday friday saturday sunday") != nil
    }

    /// Returns the number of the month with this name.
    private static func month(_ token: String) -> Int? {
        let names =
            "january february march april may june july august september october november december"
        return token.lowercased() == "sept" ? 9 : index(of: token, in: names).map { $0 + 1 }
    }

    /// Returns the index of the name that `token`, in any case, is or abbreviates to three letters.
    private static func index(of token: String, in names: String) -> Int? {
        let token = token.lowercased()
        guard token.utf8.count >= 3 else { return nil }
        return names.split(separator: " ").firstIndex { $0 == token || $0.prefix(3) == token }
    }
}
