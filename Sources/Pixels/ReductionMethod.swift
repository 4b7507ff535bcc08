// SPDX-License-Identifier: Apache-2.0

import CPixels

/// A way to reduce a picture. All have the same results; those other than `fastest` exist for comparison.
package enum ReductionMethod: Sendable, CaseIterable {
    /// Sums over segments, by the kernels that this processor runs fastest.
    case fastest
    /// Sums over segments, by the kernels that every processor of the architecture can run.
    case portable
    /// Plain weighted sums alone.
    case plain

    var kernels: px_kernels {
        self == .fastest ? px_best_kernels().pointee : px_portable_kernels
    }
}
