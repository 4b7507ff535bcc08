// SPDX-License-Identifier: Apache-2.0

/// One pixelated picture, encoded.
package struct EncodedOutput: Sendable {
    /// Cells a side.
    package var n: Int
    package var bytes: [UInt8]
    package var contentType: String
}

/// What became of one picture.
package struct PixelatedPicture: Sendable {
    package var survey: Survey
    /// In the order of the sizes.
    package var variants: [EncodedOutput]
    package var times: StageTimes
    /// Complaints of the decoder about data that it decoded nevertheless.
    package var warnings: Int
    /// The file ended early and `TruncationPolicy.accept` let it pass.
    package var wasTruncated: Bool
}

/// Wall time of the stages. Decoding and reducing take turns, row by row.
package struct StageTimes: Sendable {
    package var decode = Duration.zero
    package var reduce = Duration.zero
    package var encode = Duration.zero
    package var total: Duration { decode + reduce + encode }
}
