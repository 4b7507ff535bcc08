// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Decoding
import Pixelation

/// A folder of JPEG files, with the outputs that the engine makes of them and the CPU time that it needs.
struct PictureSet {
    let name: String
    let pictures: [DataPlaneContent.Picture]
    /// The CPU time of the engine in this process for a picture, in milliseconds: the mean over the pictures of the
    /// fastest runs.
    let engineMilliseconds: Double
    let megapixels: Double

    /// Reads the JPEG files below a folder and makes their outputs.
    ///
    /// - Parameters:
    ///   - folder: The path of the folder, whose name is that of the set.
    ///   - limit: The highest number of pictures.
    ///   - runs: The number of runs, of which the fastest counts.
    init(_ folder: String, limit: Int, runs: Int) throws {
        name = Files.name(folder)
        let files = Files.pictures(folder).filter { file in
            [".jpg", ".jpeg"].contains { file.lowercased().hasSuffix($0) }
        }
        guard !files.isEmpty else { throw ValidationError("\(folder): no JPEG files") }
        let pixelator = Pixelator(Self.options, reducer: InProcessReducer())
        var pictures: [DataPlaneContent.Picture] = []
        var times = 0.0
        var pixels = 0
        for file in files.prefix(limit) {
            let bytes = try Files.read(file)
            let survey = try pixelator.survey(bytes)
            pixels += survey.width * survey.height
            var outputs: [[UInt8]] = []
            times += try CPUTime.best(of: runs) {
                outputs = try pixelator.pixelate(bytes).outputs.map(\.bytes)
            }
            pictures.append(DataPlaneContent.Picture(name: Files.name(file), bytes: bytes, outputs: outputs))
        }
        self.pictures = pictures
        engineMilliseconds = times / Double(pictures.count)
        megapixels = Double(pixels) / 1e6 / Double(pictures.count)
    }

    /// The options of the engine and of the daemon: outputs without metadata, as the libraries make them.
    private static var options: PixelationOptions {
        var options = PixelationOptions()
        options.metadata = .reference
        return options
    }

    /// True for pictures that need so much time that a worker receives one message at a time.
    var areLarge: Bool { engineMilliseconds > 20 }
}
