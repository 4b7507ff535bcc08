// SPDX-License-Identifier: Apache-2.0

package import Foundation
import Glibc

/// Pictures that are not part of the project, in the folder `corpus` of the environment variable `PIXELATOR_SHARED`, or
/// of the folder `shared` beside the package. Tests use them in addition to the pictures that they make, and pass
/// without them.
package enum SharedCorpus {
    /// The folder of the pictures; nil if it does not exist.
    package static let folder: URL? = {
        let environment = ProcessInfo.processInfo.environment["PIXELATOR_SHARED"]
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let candidates = [
            environment.map { URL(filePath: $0) },
            package.deletingLastPathComponent().appending(path: "shared"),
        ]
        return candidates.compactMap { $0?.appending(path: "corpus") }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }()

    /// Returns the paths of all files below the folder `name` of the corpus; empty if there is no corpus.
    package static func files(in name: String) -> [String] {
        guard let folder = folder?.appending(path: name) else { return [] }
        let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
        return (all?.allObjects as? [URL] ?? [])
            .filter { (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true }
            .map(\.path).sorted()
    }

    /// Returns the bytes of a file.
    ///
    /// - Parameter path: The path of the file in the corpus.
    package static func bytes(_ path: String) throws -> [UInt8] {
        guard let folder else { throw CocoaError(.fileNoSuchFile) }
        return try bytes(of: folder.appending(path: path).path)
    }

    /// Returns the bytes of a file. `Data` is not used because it would leak 4 KB for an empty file, which the leak
    /// sanitizer reports.
    ///
    /// - Parameter path: The absolute path of the file.
    package static func bytes(of path: String) throws -> [UInt8] {
        guard let file = fopen(path, "re") else { throw CocoaError(.fileNoSuchFile) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        guard ferror(file) == 0 else { throw CocoaError(.fileReadUnknown) }
        return bytes
    }
}
