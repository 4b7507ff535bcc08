// SPDX-License-Identifier: Apache-2.0

import Pixelation
import Testing

@Suite struct NamingTests {
    @Test func `the name of an output is in the folder of its source`() {
        let naming = Naming()
        #expect(naming.name(for: "photos/HS.jpeg", size: 8, ending: nil) == "photos/pixelated-8x8-HS.jpeg")
        #expect(naming.name(for: "HS.jpeg", size: 64, ending: nil) == "pixelated-64x64-HS.jpeg")
        #expect(
            naming.name(for: "my photos/a+b ü.jpg", size: 16, ending: nil)
                == "my photos/pixelated-16x16-a+b ü.jpg")
        #expect(naming.name(for: "a//b", size: 16, ending: nil) == "a//pixelated-16x16-b")
        #expect(Naming(namePrefix: "").name(for: "a/b.jpg", size: 32, ending: nil) == "a/32x32-b.jpg")
    }

    @Test func `an output in another format has the ending of its format`() {
        let naming = Naming()
        #expect(naming.name(for: "a/IMG_1.HEIC", size: 8, ending: "jpg") == "a/pixelated-8x8-IMG_1.HEIC.jpg")
        #expect(naming.isOutput(naming.name(for: "x", size: 48, ending: "png")))
    }

    @Test func `the name of every output is recognised, other names are not`() {
        let naming = Naming()
        for key in ["photos/HS.jpeg", "x", "", "ü/ü.jpg"] {
            #expect(naming.isOutput(naming.name(for: key, size: 48, ending: nil)), "\(key)")
            #expect(naming.sourceKey(ofOutput: naming.name(for: key, size: 48, ending: nil)) == key)
            #expect(naming.sourceKey(ofOutput: naming.name(for: key, size: 8, ending: "png")) == "\(key).png")
            #expect(naming.sourceKey(ofOutput: key) == nil)
            #expect(!naming.isOutput(key), "\(key)")
        }
        #expect(!naming.isOutput("pixelated-8x9-a.jpg"))
        #expect(!naming.isOutput("pixelated-/a.jpg"))
    }
}
