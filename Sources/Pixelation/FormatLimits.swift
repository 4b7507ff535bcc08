// SPDX-License-Identifier: Apache-2.0

package import GIF
package import HEIF
package import JPEG
package import PNG
package import TIFF
package import WebP

// The limits of the decoder of each format, made from the options of the engine.

extension JPEGLimits {
    /// Creates the limits of the JPEG decoder from the options of the engine.
    package init(_ options: PixelationOptions) {
        self.init(
            pixels: options.limits.pixels, scans: options.limits.scans, scanWork: options.limits.scanWork,
            markers: options.limits.markers, memoryBytes: options.limits.memoryBytes,
            damagedPercent: options.limits.damagedPercent, acceptsTruncated: options.truncated == .accept)
    }
}

extension PNGLimits {
    /// Creates the limits of the PNG decoder from the options of the engine.
    package init(_ options: PixelationOptions) {
        let keepsProfile = options.metadata == .upright && [.jpeg, .webp].contains(options.output)
        self.init(
            pixels: options.limits.pixels, chunks: options.limits.markers,
            memoryBytes: options.limits.memoryBytes,
            profileBytes: keepsProfile ? PNGHeader.longestProfile : 0,
            acceptsTruncated: options.truncated == .accept)
    }
}

extension GIFLimits {
    /// Creates the limits of the GIF decoder from the options of the engine.
    package init(_ options: PixelationOptions) {
        let isAnimated = options.metadata == .upright && [.same, .webp].contains(options.output)
        // A pixel of a frame is drawn and averaged, which takes eight times as long as that of a scan.
        self.init(
            pixels: options.limits.pixels, frames: options.limits.frames,
            framePixels: options.limits.scanWork / 8, blocks: options.limits.markers, isStill: !isAnimated,
            acceptsTruncated: options.truncated == .accept)
    }
}

extension WebPLimits {
    /// Creates the limits of the WebP decoder from the options of the engine.
    package init(_ options: PixelationOptions) {
        // A pixel of a frame is drawn and averaged, which takes eight times as long as that of a scan.
        self.init(
            pixels: options.limits.pixels, frames: options.limits.frames,
            framePixels: options.limits.scanWork / 8,
            chunks: options.limits.markers, memoryBytes: options.limits.memoryBytes)
    }
}

extension HEIFLimits {
    /// Creates the limits of the HEIF decoder from the options of the engine.
    package init(_ options: PixelationOptions) {
        self.init(
            pixels: options.limits.pixels, boxes: options.limits.markers,
            memoryBytes: options.limits.memoryBytes)
    }
}

extension TIFFLimits {
    /// Creates the limits of the TIFF decoder from the options of the engine. Pillow turns TIFF pictures upright before
    /// it reduces them, so `MetadataPolicy.reference` does, too.
    package init(_ options: PixelationOptions) {
        self.init(
            pixels: options.limits.pixels, entries: options.limits.markers, work: options.limits.scanWork,
            scans: options.limits.scans, memoryBytes: options.limits.memoryBytes,
            acceptsTruncated: options.truncated == .accept,
            appliesOrientation: options.metadata == .reference)
    }
}
