// SPDX-License-Identifier: Apache-2.0

/// The outputs of one source, with the number of the decoder's warnings and whether the source was truncated.
package struct PixelatedPicture: Sendable, Equatable {
    /// One output for each size, in the order of `PixelationOptions.sizes`.
    package var outputs: [EncodedOutput]
    /// The number of warnings about corrupt data, which the decoder decoded nevertheless.
    package var warnings: Int
    /// True when the file ended early and was pixelated because of `TruncationPolicy.accept`.
    package var wasTruncated: Bool

    /// The memory of the outputs in bytes.
    package var memoryBytes: Int { outputs.reduce(0) { $0 + $1.bytes.count + 64 } }

    package init(outputs: [EncodedOutput], warnings: Int = 0, wasTruncated: Bool = false) {
        self.outputs = outputs
        self.warnings = warnings
        self.wasTruncated = wasTruncated
    }
}
