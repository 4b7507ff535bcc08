// SPDX-License-Identifier: Apache-2.0

/// The separation of a date and time in words, numbers and other characters.
///
/// A full stop belongs to a number when it is a decimal point, as in `09.5`, and separates other parts, as in
/// `Sep.20.2009` or `09.00.59`. A comma behind two or more digits can be a decimal point, too.
struct DateTokens {
    private var scalars: ArraySlice<Unicode.Scalar>
    private var tokens: [String] = []

    /// Returns the tokens of `text`. White space of any kind is the token `" "`, and decimal digits of all scripts
    /// become ASCII digits.
    static func split(_ text: String) -> [String] {
        var splitter = DateTokens(scalars: text.unicodeScalars.compactMap(normal)[...])
        while let first = splitter.scalars.first { splitter.readToken(first) }
        return splitter.tokens
    }

    private init(scalars: ArraySlice<Unicode.Scalar>) { self.scalars = scalars }

    private static func normal(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        if scalar == "\0" { return nil }
        if scalar.properties.isWhitespace { return " " }
        guard scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue else {
            return scalar
        }
        return Unicode.Scalar(UInt8(ascii: "0") + UInt8(value))
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isAlphabetic }

    private mutating func readToken(_ first: Unicode.Scalar) {
        scalars.removeFirst()
        var run = [first]
        guard Self.isDigit(first) || Self.isLetter(first) else { return append(run) }
        var isNumber = Self.isDigit(first)
        var hasPoint = false
        // A run with a point can change from letters to digits and back, but only behind a full stop.
        while let next = scalars.first {
            let isComma = next == "," && isNumber && !hasPoint && run.count > 1
            if next == "." || isComma {
                hasPoint = true
            } else {
                guard Self.isDigit(next) || Self.isLetter(next) else { break }
                guard isNumber == Self.isDigit(next) || run.last == "." else { break }
                isNumber = Self.isDigit(next)
            }
            run.append(next)
            scalars.removeFirst()
        }
        // As in dateutil, a last letter of the text separates nothing: `05.Z` is no time.
        let hasLetters = run.dropLast(scalars.isEmpty ? 1 : 0).contains(where: Self.isLetter)
        let isPoint = { (scalar: Unicode.Scalar) in scalar == "." || scalar == "," }
        guard hasPoint, hasLetters || run.count(where: { $0 == "." }) > 1 || isPoint(run[run.count - 1])
        else {
            // A comma beside a full stop is no decimal point, so that the run stays as it is and is no number.
            return append(run.contains(".") ? run : run.map { $0 == "," ? "." : $0 })
        }
        while let point = run.firstIndex(where: isPoint) {
            append(Array(run[..<point]))
            append([run[point]])
            run.removeFirst(point + 1)
        }
        append(run)
    }

    private mutating func append(_ scalars: [Unicode.Scalar]) {
        if !scalars.isEmpty { tokens.append(String(String.UnicodeScalarView(scalars))) }
    }
}
