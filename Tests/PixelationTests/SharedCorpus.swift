// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// Pictures and expected results that lie beside the project and are no part of it: `PIXELATOR_SHARED`, or the
/// folder `shared` next to the package. Tests that need it are skipped where it is absent.
enum SharedCorpus {
    static let absence = "no corpus: set PIXELATOR_SHARED, or put the folder shared beside the package"

    static let folder: URL? = {
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

    static var isPresent: Bool { folder != nil }

    static func bytes(_ path: String) throws -> [UInt8] {
        guard let folder else { throw CocoaError(.fileNoSuchFile) }
        return try bytes(of: folder.appending(path: path).path)
    }

    /// Not by `Data`, which leaks 4 KB for an empty file, and the leak detector would tell.
    static func bytes(of path: String) throws -> [UInt8] {
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
