// SPDX-License-Identifier: Apache-2.0

import Pixelation
import Settings

/// The pixelation of local files into one directory.
struct LocalBatch: Sendable {
    let pixelator: Pixelator
    let naming: Naming
    /// The path of the directory that the outputs are written to. It must exist.
    let directory: String
    let limits: PixelationLimits

    /// Pixelates the file at `path` and writes its outputs. Returns an error text, or nil on success.
    func pixelate(_ path: String) -> String? {
        do {
            let bytes = try LocalFile.read(path, limit: limits.bytes)
            let picture = try pixelator.pixelate(bytes)
            let name = path.split(separator: "/").last.map(String.init) ?? path
            for output in picture.outputs {
                try LocalFile.write(
                    output.bytes, to: directory + "/" + naming.name(for: name, size: output.size))
            }
            return nil
        } catch let failure as LocalFile.Failure {
            return "\(failure)"
        } catch {
            return "\(path): \(error)"
        }
    }
}
