// SPDX-License-Identifier: Apache-2.0

import Pixelation
import Scripted
import Support
import Testing

@Suite struct OptionsTests {
    @Test func `the default options are valid`() { #expect(PixelationOptions().problems().isEmpty) }

    @Test func `every invalid option is reported with its path`() {
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

    @Test func `no admitted picture needs more than the largest working set`() throws {
        var options = PixelationOptions()
        var random = SplitMix(seed: 1)
        let kind = FormatTests.Kind(name: "progressive", isProgressive: true)
        let picture = try #require(FormatTests.encode(kind, 640, 480, &random))
        options.limits.pixels = 640 * 480
        let need = try Pixelator(options).survey(picture).workingSetBytes
        options.limits.memoryBytes = 1 << 20
        while (try? Pixelator(options).survey(picture)) == nil { options.limits.memoryBytes += 1 << 14 }
        #expect(need <= options.largestWorkingSetBytes)
        // The limit is for the product of the sides, not for their lengths.
        #expect(options.largestWorkingSetBytes < need + (16 << 20))
    }
}
