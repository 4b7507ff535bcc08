// SPDX-License-Identifier: Apache-2.0

/// The reading of rates and sizes from arguments.
package enum PictureRate {
    /// The largest number of a rate, with which all results are finite and their integers fit.
    package static let maximum = 1e12

    /// Returns the pictures in a second of a rate such as `40`, `40/s`, `9000/hour` or `1000000000/day`; nil for
    /// another text, for a rate of 0 and for one above `maximum`. Digits can be grouped with commas or underscores.
    package static func parse(_ text: String) -> Double? {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let number = number(String(parts[0])), number > 0, number <= maximum else { return nil }
        switch parts.count == 1 ? "s" : parts[1] {
        case "s": return number
        case "hour": return number / 3600
        case "day": return number / 86_400
        default: return nil
        }
    }

    /// Returns the number of a text such as `1,000` or `2.5`; nil for another text.
    static func number(_ text: String) -> Double? {
        let digits = text.filter { $0 != "," && $0 != "_" }
        guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }) else { return nil }
        return Double(digits)
    }
}
