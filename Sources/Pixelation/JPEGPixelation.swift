// SPDX-License-Identifier: Apache-2.0

import JPEG
import Pixels
import Support

/// The decoding and reduction of one JPEG file to grids, row by row: the decoded picture is never in memory as a whole.
///
/// A type for another source format would have the same result, a `ReducedPicture`.
struct JPEGPixelation {
    /// The whole file.
    let bytes: UnsafeBufferPointer<UInt8>
    /// The header of the file.
    let header: JPEGHeader
    let options: PixelationOptions
    /// The time at which the reduction ends with an error of kind `deadline`.
    let deadline: ContinuousClock.Instant
    let cancellation: Cancellation?

    /// Returns the grids of the picture, one for each size of the options.
    ///
    /// - Throws: `PixelationError` if the file cannot be decoded within the limits and before the deadline.
    func run() throws(PixelationError) -> ReducedPicture {
        guard let layout = header.layout else {
            throw PixelationError(.internal, "a header without layout was admitted")
        }
        let reducer = GridReducer(
            width: header.width, height: header.height, layout: layout, sizes: options.sizes)
        do throws(JPEGError) {
            var reader = try JPEGReader(
                bytes, header: header, limits: JPEGLimits(options), deadline: deadline,
                cancellation: cancellation)
            try reader.start()
            for _ in 0..<reducer.height {
                try reducer.addRow { (row) throws(JPEGError) in try reader.readRow(row) }
            }
            try reader.finish()
            return ReducedPicture(
                grids: reducer.grids(), width: header.width, height: header.height,
                profile: header.profile(in: bytes), comment: header.comment.map { Array(bytes[$0]) },
                damage: damage(reader))
        } catch {
            throw PixelationError(error)
        }
    }

    /// Returns the damage of the file after `reader` has decoded it. A profile that is missing in the outputs counts if
    /// the outputs would have it.
    private func damage(_ reader: borrowing JPEGReader) -> [Damage] {
        var damage: [Damage] = []
        if reader.wasTruncated {
            damage.append(Damage(.truncated, "the file ends early, and the rest of the picture is filled in"))
        }
        if let corrupt = reader.damage { damage.append(Damage(corrupt)) }
        if options.metadata == .upright, let problem = header.profileProblem {
            damage.append(Damage(.noProfile, "the ICC profile is dropped: \(problem)"))
        }
        return damage
    }
}
