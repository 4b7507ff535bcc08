// SPDX-License-Identifier: Apache-2.0

import CPixels

/// How a picture is reduced. The results are the same; the others are there for comparison.
package enum ReductionMethod: Sendable, CaseIterable {
    /// Sums over segments, by the kernels that this processor runs fastest.
    case fastest
    /// Sums over segments, by kernels that every processor of the kind can run.
    case portable
    /// Weighted sums alone.
    case plain

    var kernels: px_kernels {
        self == .fastest ? px_best_kernels().pointee : px_portable_kernels
    }
}
