// SPDX-License-Identifier: Apache-2.0

package import Pixels

/// The result of a `PictureReducer`.
package struct Reduction: Sendable, Equatable {
    /// The grid of each size, in the order of the sizes. The picture is as stored: the orientation is not applied.
    package var grids: [Grid]
    /// The damage of the picture's data, each kind at most once.
    package var damage: [Damage]

    package init(grids: [Grid], damage: [Damage]) {
        self.grids = grids
        self.damage = damage
    }
}
