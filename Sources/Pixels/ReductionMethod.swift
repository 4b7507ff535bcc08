// SPDX-License-Identifier: Apache-2.0

import CPixels

/// The method of computing the averages of a row. All methods have the same results; those other than `fastest` exist
/// for comparison.
package enum ReductionMethod: Sendable, CaseIterable {
    /// The averages are computed from sums over segments of a row, by the loops that this processor runs fastest.
    case fastest
    /// The averages are computed from sums over segments of a row, by loops that every processor of the architecture
    /// can run.
    case portable
    /// Each average is computed as a sum of pixels times weights.
    case plain

    /// The loops of `CPixels` that the method uses.
    var kernels: px_kernels {
        self == .fastest ? px_best_kernels().pointee : px_portable_kernels
    }

    /// The loops of `CPixels` for narrow rows that the method uses.
    var narrowKernels: px_narrow_kernels {
        self == .fastest ? px_best_narrow_kernels().pointee : px_portable_narrow_kernels
    }

    /// The loops of `CPixels` for pixels of 4 samples that the method uses.
    var colorKernels: px_color_kernels {
        self == .fastest ? px_best_color_kernels().pointee : px_portable_color_kernels
    }
}
