// SPDX-License-Identifier: Apache-2.0

import Digests
import Pixels
import Support
import Testing

/// The tables of `TriangleFilter` and `NearestMap` are compared with known values of Pillow.
@Suite struct TablesTests {
    @Test func `the weights of 4032 pixels to 8 cells are Pillow's`() {
        let filter = TriangleFilter(length: 4032, cells: 8)
        #expect(Array(filter.starts[..<4]) == [0, 252, 756, 1260])
        #expect(Array(filter.counts[..<4]) == [756, 1008, 1008, 1008])
        #expect(filter.starts.last == 3276 && filter.counts.last == 756)
        #expect(Array(filter.weights[..<5]) == [4765, 4784, 4803, 4821, 4840])
        #expect(filter.weights[..<756].reduce(0, +) == 4_194_303)
        let middle = filter.weights[filter.offsets[4]..<filter.offsets[5]]
        #expect(Array(middle.prefix(5)) == [8, 25, 41, 58, 74])
        #expect(middle.reduce(0, +) == 4_194_304)
        let bytes = filter.weights.flatMap { weight in withUnsafeBytes(of: weight.littleEndian) { Array($0) }
        }
        #expect(
            Hex.encode(SHA256.digest(bytes))
                == "ffe91cd884ad09087242c6157308d1ce7cc5dec14da16fef0d35f424296e5973")
    }

    @Test func `the weights of 3024 pixels to 64 cells are Pillow's`() {
        let filter = TriangleFilter(length: 3024, cells: 64)
        #expect(filter.starts[..<3] == [0, 24, 71] && filter.counts[..<3] == [71, 94, 94])
        #expect(Array(filter.weights[..<5]) == [51795, 53942, 56089, 58236, 60383])
        #expect(filter.weights[..<71].reduce(0, +) == 4_194_305)
    }

    /// The SHA-256 hash of the weights of `cells` cells for `length` pixels: of each cell's start, count and weights as
    /// little-endian 32-bit integers, from Pillow's C functions.
    static let coefficients: [(length: Int, cells: Int, hash: String)] = [
        (4032, 8, "ca377b600dbbbbdcd7c6dcef27909063b88c0d505148463eda4eb575b2616ece"),
        (3024, 64, "9c7dbc2398a0012e9350ba66744240923f1f9e755c14539be0fa476640bc8107"),
        (1000, 48, "dc88866ae32fe32c7f68aaf6bb05ee83f834683c59eeb9f4fcb0b5da3911c6f6"),
        (10, 8, "99fcf515951a42aec132ccb907767ab6843a6f297a78bf5942b0b2c313d9cd55"),
        (8, 8, "4291be45a3098caab9bc915af473903382b3eadd3fd2a47fa0f50b5a9e2f3d92"),
        (5, 8, "3b63af813e198ebc7db79e3ed7f594b0f26cec079b01b2a4a6f0e04317b308af"),
        (1, 8, "10334c494b3babd430e51fa9613a1f2c3451bdb34335c310b8a957cf4213d8b8"),
    ]

    @Test(arguments: coefficients)
    func `windows and weights of an axis are Pillow's`(_ length: Int, _ cells: Int, _ hash: String) {
        let filter = TriangleFilter(length: length, cells: cells)
        let numbers = (0..<cells).flatMap { cell -> [Int32] in
            let (start, count) = (filter.starts[cell], filter.counts[cell])
            let first = filter.offsets[cell]
            return [Int32(start), Int32(count)] + filter.weights[first..<first + count]
        }
        let bytes = numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
        #expect(Hex.encode(SHA256.digest(bytes)) == hash)
    }

    /// The SHA-256 hash of the index of the cell that each pixel shows, one byte for each pixel.
    static let nearest: [(cells: Int, length: Int, hash: String)] = [
        (8, 1500, "4835ca17f9a0b047edd2588f0470bc7fe18a05aef920ce6e9965f6b6a0a246bb"),
        (64, 3024, "62b2a1fa29b454dd70cff288beb3420df9bbd3c0338f5ef0ab8bcf376e709735"),
        (48, 1080, "34086fc1834461297d15d9d5672350fe7744ab93265888d77b16cbcae36c364d"),
        (64, 480, "7a4fa1bffd52f7d6f730892a0be09b9e9888696c4b32b8e5a18d54b168254d9a"),
        (8, 5, "0305d78e594696d32fb035cc12a0639b4eb61a874e2da4e94b0ae66ed7d02fcb"),
    ]

    @Test(arguments: nearest)
    func `the cells that the pixels of an axis show are Pillow's`(_ cells: Int, _ length: Int, _ hash: String)
    {
        #expect(Hex.encode(SHA256.digest(NearestMap.cells(cells, over: length))) == hash)
    }

    @Test func `an axis with as many pixels as cells is copied`() {
        let filter = TriangleFilter(length: 64, cells: 64)
        for cell in 0..<64 { #expect(filter.weights[filter.offsets[cell]] == 1 << 22) }
    }

    /// The formula (x + 1/2) * cells / length gives other cells for the listed pixels.
    @Test func `the nearest map truncates the running sum, not the closed formula`() {
        func differences(_ cells: Int, _ length: Int) -> [Int] {
            let map = NearestMap.cells(cells, over: length)
            return (0..<length).filter { Int(map[$0]) != (2 * $0 + 1) * cells / (2 * length) }
        }
        #expect(differences(8, 1500) == [187, 562])
        #expect(differences(64, 3024) == [94, 472, 661, 850, 1795, 1984, 2173, 2362, 2551, 2740, 2929])
    }
}
