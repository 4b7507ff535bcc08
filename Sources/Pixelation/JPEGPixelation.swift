// SPDX-License-Identifier: Apache-2.0

import JPEG
import Pixels

/// One JPEG file on its way to its variants.
struct JPEGPixelation {
    let bytes: UnsafeBufferPointer<UInt8>
    let options: PixelationOptions
    let deadline: Deadline
    private let clock = ContinuousClock()
    private var times = StageTimes()

    init(bytes: UnsafeBufferPointer<UInt8>, options: PixelationOptions, deadline: Deadline) {
        self.bytes = bytes
        self.options = options
        self.deadline = deadline
    }

    mutating func run(_ header: JPEGHeader) throws(PixelationError) -> PixelatedPicture {
        guard let layout = header.layout else {
            throw PixelationError(.internal, "a header without layout was admitted")
        }
        let reducer = GridReducer(
            width: header.width, height: header.height, layout: layout, sizes: options.sizes)
        let outcome: (warnings: Int, wasTruncated: Bool)
        do {
            outcome = try decode(into: reducer)
        } catch {
            throw PixelationError(error)
        }
        let grids = reducer.grids()
        let variants = try encode(grids, header)
        return PixelatedPicture(
            survey: Survey(header, of: bytes, sizes: options.sizes), variants: variants, times: times,
            warnings: outcome.warnings, wasTruncated: outcome.wasTruncated)
    }

    private mutating func decode(
        into reducer: GridReducer
    ) throws(JPEGError) -> (warnings: Int, wasTruncated: Bool) {
        let limits = JPEGLimits(options)
        var mark = clock.now
        var reader = try JPEGReader(bytes, limits: limits, interruption: deadline.interruption)
        try reader.start()
        for _ in 0..<reducer.height {
            try reducer.addRow { (row) throws(JPEGError) in
                try reader.readRow(row)
                let decoded = clock.now
                times.decode += decoded - mark
                mark = decoded
            }
            let reduced = clock.now
            times.reduce += reduced - mark
            mark = reduced
        }
        try reader.finish()
        times.decode += clock.now - mark
        return (reader.warnings, reader.wasTruncated)
    }

    private mutating func encode(_ grids: [Grid], _ header: JPEGHeader) throws(PixelationError)
        -> [EncodedOutput]
    {
        let mark = clock.now
        defer { times.encode = clock.now - mark }
        let isUpright = options.metadata == .upright
        let orientation = isUpright ? header.orientation(in: bytes) : .upright
        let writer = GridWriter(
            width: orientation.swapsSides ? header.height : header.width,
            height: orientation.swapsSides ? header.width : header.height,
            attachments: GridAttachments(
                iccProfile: isUpright ? header.profile(in: bytes) : nil,
                comment: isUpright ? nil : header.comment.map { Array(bytes[$0]) }))
        var variants: [EncodedOutput] = []
        for grid in grids {
            try deadline.check()
            let bytes = writer.encode(grid.turned(from: orientation))
            variants.append(EncodedOutput(n: grid.n, bytes: bytes, contentType: "image/jpeg"))
        }
        return variants
    }
}
