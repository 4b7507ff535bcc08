// SPDX-License-Identifier: Apache-2.0

import Decoding
import Foundation
import Glibc
import JPEGEncoder
import LocalPictures
import Pixelation
import Pixels
import Settings
import Support

/// A temporary folder with the files of a test, which is removed with this object.
final class TestFolder {
    let url = FileManager.default.temporaryDirectory.appending(path: "pictures-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// A JPEG file of 40 x 30 pixels.
    static let picture = GridWriter(width: 40, height: 30)
        .encode(Grid(size: 2, color: .rgb, samples: [9, 99, 200, 250, 130, 20, 60, 60, 60, 0, 255, 0]))

    func path(_ name: String) -> LocalPath { LocalPath("\(url.path)/\(name)") }

    /// Writes files, and the folders that contain them.
    func write(_ names: String..., content: [UInt8] = TestFolder.picture) throws {
        for name in names {
            let file = url.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(content).write(to: file)
        }
    }

    /// Creates a symbolic link.
    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: url.appending(path: name).path, withDestinationPath: target)
    }

    /// Creates a named pipe.
    func pipe(_ name: String) { _ = path(name).withCString { mkfifo($0, 0o600) } }

    /// The paths of all files below a folder, without folders.
    func files(below name: String) -> [String] {
        let root = url.appending(path: name).path
        return (FileManager.default.subpaths(atPath: root) ?? [])
            .filter { !LocalFile.isDirectory(LocalPath("\(root)/\($0)")) }.sorted()
    }

    /// Selects files, with `out` as the output directory.
    func select(
        _ names: String..., options change: (inout PictureSelection.Options) -> Void = { _ in }
    ) -> PictureSelection {
        var options = PictureSelection.Options(naming: Naming(), directory: path("out"))
        change(&options)
        return PictureSelection(names.map { path($0) }, options, Cancellation())
    }

    /// Returns a batch that writes to `out`.
    func batch(
        cancellation: Cancellation = Cancellation(), previews: Int = 0,
        _ change: (inout PixelationOptions) -> Void = { _ in }
    ) throws -> PictureBatch {
        var options = PixelationOptions()
        options.sizes = [8, 16]
        change(&options)
        try LocalFile.makeDirectory(path("out"))
        return PictureBatch(
            Pixelator(options, reducer: InProcessReducer()), naming: Naming(), directory: path("out"),
            cancellation: cancellation, previews: previews)
    }
}

extension PictureSelection {
    /// The paths of the selected files below the output directory.
    var targets: [String] { pictures.map { String(decoding: $0.target, as: UTF8.self) } }
}
