// SPDX-License-Identifier: Apache-2.0

/// The outputs of one source, with the damage of the source.
package struct PixelatedPicture: Sendable, Equatable {
    /// One output for each size, in the order of `PixelationOptions.sizes`.
    package var outputs: [EncodedOutput]
    /// The ending of the names of outputs in another format than the source; nil if both have the same.
    package var ending: String?
    /// The damage of the source, each kind at most once; empty for an intact source.
    package var damage: [Damage]

    /// The memory of the outputs in bytes.
    package var memoryBytes: Int { outputs.reduce(0) { $0 + $1.bytes.count + 64 } }

    package init(outputs: [EncodedOutput], ending: String? = nil, damage: [Damage] = []) {
        self.outputs = outputs
        self.ending = ending
        self.damage = damage
    }
}
