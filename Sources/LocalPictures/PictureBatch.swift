// SPDX-License-Identifier: Apache-2.0

import Dispatch
package import Pixelation
package import Settings
package import Support

/// The pixelation of local files into a directory.
package struct PictureBatch: Sendable {
    private let pixelator: Pixelator
    private let naming: Naming
    private let directory: LocalPath
    private let cancellation: Cancellation
    /// The longest name, in bytes, of a file in the output directory.
    private let longestName: Int
    /// The number of pictures that still get a preview.
    private let previewsLeft: Locked<Int>

    /// Creates a batch.
    ///
    /// - Parameters:
    ///   - directory: The output directory, which must exist.
    ///   - cancellation: The cancellation after which no further output is written, except those of pictures of which
    ///     some are written already.
    ///   - previews: The number of pictures that get a preview, for a contact sheet.
    package init(
        _ pixelator: Pixelator, naming: Naming, directory: LocalPath, cancellation: Cancellation,
        previews: Int = 0
    ) {
        self.pixelator = pixelator
        self.naming = naming
        self.directory = directory
        self.cancellation = cancellation
        longestName = LocalFile.longestName(in: directory)
        previewsLeft = Locked(previews)
    }

    /// Pixelates files, several at the same time, until the end or a cancellation. The calling thread is blocked.
    ///
    /// - Parameters:
    ///   - jobs: The number of files that are processed at the same time, at least 1.
    ///   - onResult: A function that is called with the index and the result of each file that was begun, on any
    ///     thread, but never twice at the same time.
    package func run(
        _ pictures: [LocalPicture], jobs: Int, onResult: @escaping @Sendable (Int, PictureResult) -> Void
    ) {
        let next = Locked(0)
        let results = DispatchQueue(label: "results")
        let group = DispatchGroup()
        for job in 0..<min(jobs, pictures.count) {
            // A serial queue has a thread of its own, also when the jobs are more than the processors.
            DispatchQueue(label: "job-\(job)").async(group: group) {
                while !cancellation.isCancelled {
                    let index = next.withLock { next in
                        defer { next += 1 }
                        return next
                    }
                    guard index < pictures.count else { return }
                    let result = pixelate(pictures[index])
                    results.sync { onResult(index, result) }
                }
            }
        }
        group.wait()
    }

    /// Pixelates a file and writes its outputs.
    package func pixelate(_ picture: LocalPicture) -> PictureResult {
        do throws(PictureFailure) {
            try checkNames(of: picture, ending: nil)
            guard let bytes = try content(of: picture) else { return .notPicture }
            let (survey, made, preview) = try outputs(of: picture, bytes)
            guard !cancellation.isCancelled else { return .cancelled }
            var targets: [[UInt8]] = []
            for output in made.outputs {
                let target = naming.name(for: picture.target, size: output.size, ending: made.ending)
                try write(output.bytes, to: target)
                targets.append(target)
            }
            return .done(
                PictureResult.Outputs(
                    format: survey.format, width: survey.width, height: survey.height, targets: targets,
                    damage: made.damage, preview: preview))
        } catch {
            return cancellation.isCancelled ? .cancelled : .failed(error)
        }
    }

    private func outputs(
        of picture: LocalPicture, _ bytes: [UInt8]
    ) throws(PictureFailure) -> (Survey, PixelatedPicture, PicturePreview?) {
        let survey: Survey
        do throws(PixelationError) { survey = try pixelator.survey(bytes) } catch {
            throw PictureFailure(error, of: "\(picture)")
        }
        try checkNames(of: picture, ending: survey.outputEnding)
        do throws(PixelationError) {
            guard previewsLeft.withLock({ $0 > 0 }) else {
                return (
                    survey, try pixelator.pixelate(bytes, survey: survey, cancellation: cancellation), nil
                )
            }
            let made = try pixelator.pixelateWithPreview(bytes, survey: survey, cancellation: cancellation)
            previewsLeft.withLock { $0 -= 1 }
            return (survey, made.picture, made.preview)
        } catch {
            throw PictureFailure(error, of: "\(picture)")
        }
    }

    /// Returns the ending that the outputs of a file in another format get; nil when the outputs have the format of the
    /// file, or when it is not a picture.
    package func outputEnding(of picture: LocalPicture) -> String? {
        guard let bytes = try? content(of: picture) else { return nil }
        return try? pixelator.survey(bytes).outputEnding
    }

    /// Returns the content of a file; nil for a file that was found in a folder and is not a picture.
    private func content(of picture: LocalPicture) throws(PictureFailure) -> [UInt8]? {
        switch picture.content {
        case .standardInput(let bytes): bytes
        case .file(let path):
            try PictureFile.read(path, limit: pixelator.options.limits.bytes, cancellation) { beginning in
                picture.isNamed || SourceFormat(beginning)?.isPicture == true
            }
        }
    }

    /// Throws an error when the file system permits no such long name as one of the outputs has.
    private func checkNames(of picture: LocalPicture, ending: String?) throws(PictureFailure) {
        let size = pixelator.options.sizes.max() ?? 1
        let name = LocalPath(bytes: naming.name(for: picture.target, size: size, ending: ending))
            .lastComponent
        guard name.count > longestName else { return }
        throw PictureFailure(
            .nameTooLong,
            "\(picture): the name of an output has \(name.count) bytes, and the file system permits \(longestName); "
                + "rename the file or give a shorter --name-prefix")
    }

    private func write(_ bytes: [UInt8], to target: [UInt8]) throws(PictureFailure) {
        let path = directory.appending(target)
        do throws(LocalFile.Failure) {
            if target.contains(UInt8(ascii: "/")), let folder = path.parent {
                try LocalFile.makeDirectory(folder)
            }
            try LocalFile.write(bytes, to: path)
        } catch {
            throw PictureFailure(.unwritable, error)
        }
    }
}
