// SPDX-License-Identifier: Apache-2.0

/// The text of the numbers of a plan.
package enum PlanNumber {
    /// Returns a number with a fixed number of decimals and with commas between groups of three digits.
    ///
    /// - Parameters:
    ///   - value: 0 or more. Numbers beyond 1e15 are replaced by it.
    ///   - decimals: The number of decimals, 0...3.
    package static func text(_ value: Double, decimals: Int) -> String {
        let scale = [1.0, 10, 100, 1000][decimals]
        let units = Int((min(max(value, 0), 1e15) * scale).rounded())
        let digits = String(units / Int(scale))
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        guard decimals > 0 else { return grouped }
        return grouped + "." + String(Int(scale) + units % Int(scale)).dropFirst()
    }
}
