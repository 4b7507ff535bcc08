// SPDX-License-Identifier: Apache-2.0

import Foundation

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
        return Array(try Data(contentsOf: folder.appending(path: path)))
    }
}
