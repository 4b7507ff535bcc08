// SPDX-License-Identifier: Apache-2.0

/// Returns the quotient, rounded up, of a dividend of 0 or more and a positive divisor.
package func ceilingDivision(_ dividend: Int, _ divisor: Int) -> Int { (dividend + divisor - 1) / divisor }
