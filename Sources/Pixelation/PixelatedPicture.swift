// SPDX-License-Identifier: Apache-2.0

/// The outputs of one picture, and what decoding it showed.
package struct PixelatedPicture: Sendable, Equatable {
    /// One output for each size, in the order of `PixelationOptions.sizes`.
    package var outputs: [EncodedOutput]
    /// The number of problems in the data that the decoder worked around.
    package var warnings: Int
    /// True when the file ended early and `TruncationPolicy.accept` let it pass.
    package var wasTruncated: Bool

    package init(outputs: [EncodedOutput], warnings: Int = 0, wasTruncated: Bool = false) {
        self.outputs = outputs
        self.warnings = warnings
        self.wasTruncated = wasTruncated
    }
}
