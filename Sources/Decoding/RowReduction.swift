// SPDX-License-Identifier: Apache-2.0

import Pixelation
import Pixels
import Support

/// The reduction of a picture whose rows a reader yields from the top, with the limit of time of its request.
struct RowReduction {
    /// The number of rows between two checks of the time.
    private static let slice = 16

    let width: Int
    let height: Int
    let layout: PixelLayout
    /// True when cells have the colours of single pixels and not averages.
    let isSampled: Bool
    let request: ReductionRequest
    /// The sampler of the cells, if the request is one for it; nil to average them.
    private let cells: CellSampler?

    /// Creates the reduction of a picture, whose samples have 16 bits if `is16Bit` is true.
    init(
        width: Int, height: Int, layout: PixelLayout, is16Bit: Bool = false, isSampled: Bool,
        request: ReductionRequest
    ) {
        (self.width, self.height, self.layout) = (width, height, layout)
        self.request = request
        self.isSampled = isSampled && !request.samplesCells
        cells = CellSampler(request, width: width, height: height, layout: is16Bit ? nil : layout)
    }

    /// The pixels that differ from their cells; nil unless the request is one for them.
    var differences: CellDifferences? { cells?.differences }

    /// Reads all rows and returns the grids.
    ///
    /// - Parameter read: Writes the next row, `width * layout.stride` bytes, into the buffer.
    func grids(
        _ read: (UnsafeMutableBufferPointer<UInt8>) throws(PixelationError) -> Void
    ) throws(PixelationError) -> [Grid] {
        if let cells {
            return [
                try cells.frame(height) { (row, pixels) throws(PixelationError) in
                    try check(row)
                    try read(pixels)
                }
            ]
        }
        guard isSampled else {
            return try grids(reducer(), changed: 0..<height) { (_, pixels) throws(PixelationError) in
                try read(pixels)
            }
        }
        var sampler = PointSampler(
            width: width, height: height, layout: layout, sizes: request.options.sizes)
        let pixels = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: width * layout.stride)
        defer { pixels.deallocate() }
        for row in 0..<height {
            try check(row)
            try read(pixels)
            sampler.addRow(UnsafeBufferPointer(pixels))
        }
        return sampler.grids()
    }

    /// Returns a reducer for the frames of the request.
    func reducer() -> GridReducer {
        GridReducer(
            width: width, height: height, layout: layout, sizes: request.options.sizes,
            frames: request.survey.frames)
    }

    /// Reads the rows of a frame and returns its grids.
    ///
    /// - Parameters:
    ///   - reducer: The reducer, which is used for all frames.
    ///   - changed: The rows that may differ from those of the frame before. Others are not always read.
    ///   - read: Writes a row, `width * layout.stride` bytes, into the buffer.
    func grids(
        _ reducer: GridReducer, changed: Range<Int>,
        _ read: (_ row: Int, UnsafeMutableBufferPointer<UInt8>) throws(PixelationError) -> Void
    ) throws(PixelationError) -> [Grid] {
        for row in 0..<height {
            try check(row)
            if reducer.keepsRows, !changed.contains(row) {
                reducer.repeatRow()
            } else {
                try reducer.addRow { (pixels) throws(PixelationError) in try read(row, pixels) }
            }
        }
        return reducer.grids()
    }

    /// Reads all rows of a picture of 16 bits a sample and returns the grids.
    ///
    /// - Parameter read: Writes the next row, `width` samples, into the buffer.
    func grids16(
        _ read: (UnsafeMutableBufferPointer<UInt16>) throws(PixelationError) -> Void
    ) throws(PixelationError) -> [Grid] {
        if let cells {
            return [
                try cells.frame(height) { (row, pixels) throws(PixelationError) in
                    try check(row)
                    try pixels.withMemoryRebound(to: UInt16.self) { (samples) throws(PixelationError) in
                        try read(samples)
                    }
                }
            ]
        }
        var reducer = Gray16Reducer(width: width, height: height, sizes: request.options.sizes)
        let samples = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: width)
        defer { samples.deallocate() }
        for row in 0..<height {
            try check(row)
            try read(samples)
            reducer.addRow(UnsafeBufferPointer(samples))
        }
        return reducer.grids()
    }

    /// Throws an error when the time is over or the request is cancelled.
    func check(_ row: Int) throws(PixelationError) {
        guard row % Self.slice == 0 else { return }
        if request.cancellation?.isCancelled == true {
            throw PixelationError(.cancelled, "decoding was cancelled")
        }
        guard ContinuousClock.now < request.deadline else {
            throw PixelationError(
                .deadline, limit: "the time for one picture was over at row \(row) of \(height)")
        }
    }
}
