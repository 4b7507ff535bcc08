// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The time that pictures wait for a processor of many, as in a queue M/M/c.
package enum WaitingTime {
    /// Returns the approximate mean wait in seconds (Sakasegawa: An approximation formula L_q = a·ρ^β/(1-ρ), Annals
    /// of the Institute of Statistical Mathematics 29, 1977), which is exact for one processor.
    ///
    /// - Parameters:
    ///   - rate: The pictures in a second.
    ///   - seconds: The processor time of a picture.
    ///   - processors: The number of processors, 1 or more.
    /// - Returns: The wait; infinite when the processors are too few.
    package static func mean(rate: Double, seconds: Double, processors: Int) -> Double {
        let load = rate * seconds / Double(processors)
        guard load < 1 else { return .infinity }
        let exponent = (2 * Double(processors + 1)).squareRoot() - 1
        return seconds * pow(load, exponent) / (Double(processors) * (1 - load))
    }

    /// The maximum load of the processors. The rest is for pictures larger than the mean, retries and restarts.
    package static let maximumLoad = 0.85
    /// The 99th percentile of an exponentially distributed wait is this multiple of its mean: ln 100.
    static let percentile = 4.605

    /// Returns the least number of processors with which 99 % of the pictures wait for no longer than `age`, and the
    /// load is at most `maximumLoad`.
    ///
    /// - Parameter age: The acceptable wait in seconds, more than 0.
    package static func processors(rate: Double, seconds: Double, age: Double) -> Int {
        var count = max(1, Int((rate * seconds / maximumLoad).rounded(.up)))
        while mean(rate: rate, seconds: seconds, processors: count) * percentile > age { count += 1 }
        return count
    }
}
