// SPDX-License-Identifier: Apache-2.0

/// Returns the median of `values`, which for an even count is the mean of the two middle values; nil if there are
/// none.
func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}

extension String {
    /// Returns the text, followed by spaces up to a width.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}

/// Returns the text of `value` with a fixed number of decimals, right-aligned in `width` columns; a dash for nil.
func fixed(_ value: Double?, _ width: Int, decimals: Int) -> String {
    guard let value, value.isFinite else { return String(repeating: " ", count: width - 1) + "-" }
    let scale = [1, 10, 100, 1000][decimals]
    let scaled = Int(abs(value) * Double(scale) + 0.5)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    let fraction = String(scaled % scale)
    let zeros = String(repeating: "0", count: max(0, decimals - fraction.count))
    let text = sign + "\(scaled / scale)" + (decimals > 0 ? "." + zeros + fraction : "")
    return String(repeating: " ", count: max(0, width - text.count)) + text
}
