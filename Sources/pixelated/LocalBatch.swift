// SPDX-License-Identifier: Apache-2.0

import Glibc
import Pixelation
import Settings

/// The pixelation of local files into one directory.
struct LocalBatch: Sendable {
    let pixelator: Pixelator
    let naming: Naming
    /// The path of the directory that the outputs are written to. It must exist.
    let directory: LocalPath
    let limits: PixelationLimits

    /// The files that are pixelated and those that are not.
    struct Selection: Sendable, Equatable {
        /// The files to pixelate, each once.
        var files: [LocalPath] = []
        /// The files with names of outputs, which are not pixelated again.
        var outputs: [LocalPath] = []
        /// The pairs of files whose outputs would have the same names.
        var collisions: [(first: LocalPath, second: LocalPath)] = []

        static func == (a: Self, b: Self) -> Bool {
            a.files == b.files && a.outputs == b.outputs
                && a.collisions.elementsEqual(b.collisions, by: ==)
        }
    }

    /// Returns the files among `paths` that are pixelated. A path that is given twice counts once.
    static func select(_ paths: [LocalPath], naming: Naming) -> Selection {
        var selection = Selection()
        var known: [[UInt8]: LocalPath] = [:]
        for path in paths {
            let name = path.lastComponent
            if naming.isOutput(name) {
                selection.outputs.append(path)
            } else if let first = known[name] {
                if !isSameFile(first, path) { selection.collisions.append((first, path)) }
            } else {
                known[name] = path
                selection.files.append(path)
            }
        }
        return selection
    }

    private static func isSameFile(_ a: LocalPath, _ b: LocalPath) -> Bool {
        if a == b { return true }
        var (first, second) = (stat(), stat())
        return a.withCString { stat($0, &first) } == 0 && b.withCString { stat($0, &second) } == 0
            && first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    /// The result of one file.
    enum Result: Sendable, Equatable {
        /// The outputs are written. The texts, mostly none, state how the file was damaged.
        case done([String])
        /// The outputs are not written, for the reason in the text.
        case failed(String)
    }

    /// Pixelates the file at `path` and writes its outputs.
    func pixelate(_ path: LocalPath) -> Result {
        do {
            let bytes = try LocalFile.read(path, limit: limits.bytes)
            let picture = try pixelator.pixelate(bytes)
            // The longest name is first, so that no output is written when it is too long for the file system.
            for output in picture.outputs.sorted(by: { $0.size > $1.size }) {
                let name = naming.name(for: path.lastComponent, size: output.size, ending: picture.ending)
                try LocalFile.write(output.bytes, to: directory.appending(name))
            }
            return .done(picture.damage.map { "\(path): damaged (\($0.kind.rawValue)): \($0.detail)" })
        } catch let failure as LocalFile.Failure {
            let hint =
                failure.limit == nil
                ? "" : ", the limit pixelation.limits.bytes; a higher one is given by --max-bytes"
            return .failed("\(failure)\(hint)")
        } catch {
            return .failed("\(path): \(error)")
        }
    }
}
