// SPDX-License-Identifier: Apache-2.0

import PNGEncoder
import Pixels

extension OutputEncoder {
    /// The longest profile in bytes that thumbnails have. Those of cameras and screens have some hundred bytes.
    private static let longestProfile = 4096

    /// Returns the outputs of a picture in small.
    ///
    /// - Parameters:
    ///   - picture: The grids of the picture as stored, and its metadata.
    ///   - orientation: The orientation that the metadata of the source state.
    func preview(of picture: ReducedPicture, orientation: Orientation) -> PicturePreview {
        let orientation = options.metadata == .upright ? orientation : .upright
        let attachments = attachments(of: picture)
        let thumbnails = (picture.frames.first ?? []).map { stored in
            let turned = stored.turned(from: orientation)
            let grid = (format == .jpeg ? turned.opaque(on: options.background) : turned).withoutInk()
            let writer = PNGWriter(width: grid.size, height: grid.size, attachments: attachments)
            return PicturePreview.Thumbnail(grid: grid, png: writer.encodeQuickly(grid))
        }
        return PicturePreview(
            width: orientation.swapsSides ? picture.height : picture.width,
            height: orientation.swapsSides ? picture.width : picture.height, frames: picture.frames.count,
            thumbnails: thumbnails)
    }

    private func attachments(of picture: ReducedPicture) -> PNGWriter.Attachments {
        let isUpright = options.metadata == .upright
        // The profile of CMYK is not one of the colours of a thumbnail.
        let profile = picture.frames.first?.first?.color == .cmyk ? nil : picture.metadata.profile
        let chunks =
            switch format {
            case .png: picture.metadata.chunks(isUpright)
            case .jpeg, .webp:
                PNGWriter.Attachments(iCCP: isUpright ? profile.map { PNGWriter.iCCP($0) } : nil)
            case .gif: PNGWriter.Attachments()
            }
        return chunks.bytes <= Self.longestProfile ? chunks : PNGWriter.Attachments()
    }
}
