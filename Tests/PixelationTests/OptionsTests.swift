// SPDX-License-Identifier: Apache-2.0

import Pixelation
import Scripted
import Support
import Testing

@Suite struct OptionsTests {
    @Test func `the defaults are allowed`() { #expect(PixelationOptions().problems().isEmpty) }

    @Test func `every wrong value is reported with its path`() {
        var options = PixelationOptions()
        options.sizes = [8, 0, 257, 8]
        options.limits.pixels = 0
        options.limits.seconds = 0
        #expect(
            options.problems().map(\.field) == [
                "sizes[1]", "sizes[2]", "sizes[3]", "limits.pixels", "limits.seconds",
            ])
        options.sizes = []
        #expect(options.problems().first?.field == "sizes")
    }

    /// Whoever sets memory aside for it never needs more.
    @Test func `no picture that the limits let pass needs more than the largest working set`() throws {
        var options = PixelationOptions()
        var random = SplitMix(seed: 1)
        let kind = FormatTests.Kind(name: "progressive", isProgressive: true)
        let picture = try #require(FormatTests.encode(kind, 640, 480, &random))
        options.limits.pixels = 640 * 480
        let need = try Pixelator(options).survey(picture).workingSetBytes
        options.limits.memoryBytes = 1 << 20
        while (try? Pixelator(options).survey(picture)) == nil { options.limits.memoryBytes += 1 << 14 }
        #expect(need <= options.largestWorkingSetBytes)
        // Sides are not limited, only their product.
        #expect(options.largestWorkingSetBytes < need + (16 << 20))
    }

    @Test func `an output lies beside its source`() {
        let naming = Naming()
        #expect(naming.name(for: "photos/HS.jpeg", size: 8) == "photos/pixelated-8x8-HS.jpeg")
        #expect(naming.name(for: "HS.jpeg", size: 64) == "pixelated-64x64-HS.jpeg")
        #expect(naming.name(for: "my photos/a+b ü.jpg", size: 16) == "my photos/pixelated-16x16-a+b ü.jpg")
        #expect(naming.name(for: "a//b", size: 16) == "a//pixelated-16x16-b")
        #expect(Naming(prefix: "").name(for: "a/b.jpg", size: 32) == "a/32x32-b.jpg")
    }

    @Test func `an output is recognised as one`() {
        let naming = Naming()
        for key in ["photos/HS.jpeg", "x", "", "ü/ü.jpg"] {
            #expect(naming.isOutput(naming.name(for: key, size: 48)), "\(key)")
            #expect(!naming.isOutput(key), "\(key)")
        }
        #expect(!naming.isOutput("pixelated-8x9-a.jpg"))
        #expect(!naming.isOutput("pixelated-/a.jpg"))
    }
}
