// SPDX-License-Identifier: Apache-2.0

package import Pixelation
package import Settings

/// The sheet that shows the outputs of a batch in small, as an HTML page and as a PNG file. It has no source.
package struct ContactSheet: Sendable {
    /// A picture of the sheet.
    struct Entry: Sendable {
        var index: Int
        var target: [UInt8]
        var outputs: PictureResult.Outputs
        var preview: PicturePreview
    }

    /// The largest number of pictures, so that a page can be shown and the memory has a limit.
    package static let maximumPictures = 500
    /// The largest number of failures that the page lists.
    private static let maximumFailures = 500

    private var entries: [Entry] = []
    private var failures: [PictureFailure] = []
    /// The number of pictures and failures that the sheet does not show.
    private var omitted = (pictures: 0, failures: 0)

    package init() {}

    /// True when the sheet shows no further pictures.
    package var isFull: Bool { entries.count == Self.maximumPictures }

    /// Adds the result of a file.
    ///
    /// - Parameter index: The place of the file on the sheet among the others.
    package mutating func add(_ picture: LocalPicture, _ result: PictureResult, index: Int) {
        switch result {
        case .done(let outputs):
            guard let preview = outputs.preview, !isFull else {
                omitted.pictures += 1
                return
            }
            entries.append(Entry(index: index, target: picture.target, outputs: outputs, preview: preview))
        case .failed(let failure): add(failure)
        case .notPicture, .cancelled: break
        }
    }

    /// Adds a failure.
    package mutating func add(_ failure: PictureFailure) {
        if failures.count < Self.maximumFailures { failures.append(failure) } else { omitted.failures += 1 }
    }

    private static func name(_ naming: Naming, _ ending: String) -> String {
        "\(naming.namePrefix)contact-sheet.\(ending)"
    }

    /// Returns true if the last component of a path is the name of a sheet.
    static func isSheet(_ path: [UInt8], _ naming: Naming) -> Bool {
        ["html", "png"].contains { LocalPath(bytes: path).lastComponent == Array(name(naming, $0).utf8) }
    }

    /// Writes the page, and the PNG file unless it would have no picture.
    ///
    /// - Parameters:
    ///   - directory: The output directory.
    ///   - summary: The line about the batch at the head of the page.
    /// - Returns: The path of the page.
    /// - Throws: `PictureFailure` of the code `unwritable`.
    package func write(
        to directory: LocalPath, naming: Naming, summary: String
    ) throws(PictureFailure) -> LocalPath {
        let sorted = entries.sorted { $0.index < $1.index }
        let page = ContactSheetPage(
            entries: sorted, failures: failures, omitted: omitted, summary: summary,
            image: sorted.isEmpty ? nil : Self.name(naming, "png"))
        let path = directory.appending(Self.name(naming, "html").utf8)
        do throws(LocalFile.Failure) {
            try LocalFile.write(page.bytes, to: path)
            if !sorted.isEmpty {
                try LocalFile.write(
                    ContactSheetImage(sorted.map(\.preview)).file,
                    to: directory.appending(Self.name(naming, "png").utf8))
            }
        } catch {
            throw PictureFailure(.unwritable, error)
        }
        return path
    }
}
