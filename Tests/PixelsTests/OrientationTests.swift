// SPDX-License-Identifier: Apache-2.0

import Pixels
import Testing

@Suite struct OrientationTests {
    @Test func `a grid turned by an orientation and by its inverse is unchanged`() {
        let grid = Grid(size: 3, color: .gray, samples: Array(1...9))
        let inverses: [Orientation: Orientation] = [.rotateRight: .rotateLeft, .rotateLeft: .rotateRight]
        for orientation in Orientation.allCases {
            let back = inverses[orientation] ?? orientation
            #expect(grid.turned(from: orientation).turned(from: back) == grid, "\(orientation)")
        }
        #expect(grid.turned(from: .rotateRight).samples == [7, 4, 1, 8, 5, 2, 9, 6, 3])
        #expect(grid.turned(from: .mirror).samples == [3, 2, 1, 6, 5, 4, 9, 8, 7])
        #expect(grid.turned(from: .transpose).samples == [1, 4, 7, 2, 5, 8, 3, 6, 9])
        #expect(grid.turned(from: .transverse).samples == [9, 6, 3, 8, 5, 2, 7, 4, 1])
    }
}
