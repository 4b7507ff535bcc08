// SPDX-License-Identifier: Apache-2.0

import Pixelation
import Pixels
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

    @Test func `every picture within the default number of pixels is within the default memory`() throws {
        // Files without data are surveyed, not decoded.
        var options = PixelationOptions()
        options.truncated = .accept
        let pixelator = Pixelator(options)
        let part = Array("ICC_PROFILE\0".utf8)
        let profile = (1...64).flatMap {
            HostileFile.segment(0xE2, part + [UInt8($0), 64] + [UInt8](repeating: 0, count: 65_519))
        }
        var most = 0
        var random = SplitMix(seed: 4)
        for index in 0..<400 {
            let shortest = 120_000_000 / 65_500 + 1
            let width =
                index < 8 ? [shortest, 65_500][index % 2] : Int.random(in: shortest...65_500, using: &random)
            let height = min(65_500, 120_000_000 / width)
            let components = [4, 3, 1].randomElement(using: &random) ?? 4
            var frame = HostileFile.frame(width, height, components: components)
            for component in 0..<components where index % 4 == 3 {
                let factor =
                    UInt8.random(in: 1...4, using: &random) << 4 | UInt8.random(in: 1...4, using: &random)
                frame[7 + 3 * component] = factor
            }
            let file =
                HostileFile.start + profile + HostileFile.segment(index % 4 == 2 ? 0xC9 : 0xC2, frame)
                + HostileFile.scan((1...components).map { UInt8($0) }, to: 0) + HostileFile.end
            let survey = try pixelator.survey(file)
            most = max(most, survey.workingSetBytes)
        }
        #expect(most > options.limits.memoryBytes * 4 / 5, "the default is larger than necessary: \(most)")
    }

    /// Returns a file without data, which can be surveyed. Comments make it as long as a file with so much memory must be.
    private static func header(_ width: Int, _ height: Int, marker: UInt8, factors: [UInt8]) -> [UInt8] {
        var frame = HostileFile.frame(width, height, components: factors.count)
        for (index, factor) in factors.enumerated() { frame[7 + 3 * index] = factor }
        let comments = (0..<16).flatMap { _ in HostileFile.segment(0xFE, [UInt8](repeating: 0, count: 60_000))
        }
        return HostileFile.start + comments + HostileFile.segment(marker, frame)
            + HostileFile.scan((1...factors.count).map { UInt8($0) }, to: marker == 0xC2 ? 0 : 63)
            + HostileFile.end
    }

    @Test func `the pictures of operations.md fit into the memory that it states for them`() throws {
        func fits(_ mebibytes: Int, _ file: [UInt8]) -> Bool {
            var options = PixelationOptions()
            options.truncated = .accept
            options.limits.memoryBytes = mebibytes << 20
            return (try? Pixelator(options).survey(file)) != nil
        }
        let full: [UInt8] = [0x11, 0x11, 0x11]
        let quarter: [UInt8] = [0x22, 0x11, 0x11]
        #expect(fits(384, Self.header(9504, 6336, marker: 0xC2, factors: full)))
        #expect(!fits(256, Self.header(9504, 6336, marker: 0xC2, factors: full)))
        #expect(fits(128, Self.header(6000, 4000, marker: 0xC2, factors: quarter)))
        #expect(fits(128, Self.header(12_600, 9500, marker: 0xC0, factors: full)))
        #expect(fits(128, Self.header(9500, 12_600, marker: 0xC0, factors: full + [0x11])))
    }

    @Test func `a tiny file gets no decoder with more than 192 MiB`() throws {
        // The predicted memory is 371 MB, of which each byte of a file has 500.
        let file = Self.header(9504, 6336, marker: 0xC2, factors: [0x11, 0x11, 0x11])
        var options = PixelationOptions()
        options.truncated = .accept
        let header = try #require(try Pixelator.inProcess(options).survey(file).header)
        let least = header.picture.workingSetBytes / 500 + 1
        func kind(_ count: Int) -> PixelationError.Kind? {
            // The bytes behind the end of the picture count as well.
            let comment = HostileFile.segment(0xFE, [UInt8](repeating: 0, count: 60_000))
            let short = Array(file.prefix(2)) + Array(file.dropFirst(2 + 16 * comment.count))
            let bytes = short + [UInt8](repeating: 0, count: count - short.count)
            do throws(PixelationError) {
                _ = try Pixelator.inProcess(options).survey(bytes)
                return nil
            } catch {
                return error.kind
            }
        }
        #expect(kind(least) == nil && kind(least - 1) == .tooMuchMemory && kind(1000) == .tooMuchMemory)
    }

    @Test func `a refusal names the limit, the setting and the number that is needed`() throws {
        let picture = PixelatorTests.picture(640, 480)
        let needed = try Pixelator.inProcess(PixelationOptions()).survey(picture).workingSetBytes
        func refusal(_ change: (inout PixelationLimits) -> Void) -> String {
            var options = PixelationOptions()
            change(&options.limits)
            let error = #expect(throws: PixelationError.self) {
                try Pixelator.inProcess(options).pixelate(picture)
            }
            return error?.detail ?? ""
        }
        let limits: [(setting: String, value: Int, found: Int, set: WritableKeyPath<PixelationLimits, Int>)] =
            [
                ("bytes", picture.count - 1, picture.count, \.bytes),
                ("pixels", 640 * 480 - 1, 640 * 480, \.pixels),
                ("memoryBytes", needed - 1, needed, \.memoryBytes),
            ]
        for (setting, value, found, path) in limits {
            let text = refusal { $0[keyPath: path] = value }
            let words = text.split { !$0.isNumber && !$0.isLetter && $0 != "." }.map(String.init)
            #expect(words.contains("pixelation.limits.\(setting)"), "\(text)")
            #expect(words.contains("\(value)") && words.contains("\(found)"), "\(text)")
        }
        #expect(refusal { $0.markers = 3 }.contains("(pixelation.limits.markers)"))
        #expect(
            refusal { $0.scanWork = 1000 }.contains("(pixelation.limits.scans, pixelation.limits.scanWork)"))
        #expect(refusal { $0.seconds = 0 }.contains("(pixelation.limits.seconds)"))
    }
}
