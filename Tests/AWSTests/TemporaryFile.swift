// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A file in the temporary directory that is deleted with its owner.
final class TemporaryFile: Sendable {
    let path = "\(NSTemporaryDirectory())pixelator-\(UUID().uuidString)"

    init(_ text: String) throws { try write(text) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String) throws { try text.write(toFile: path, atomically: true, encoding: .utf8) }
    func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(filePath: path), options: .atomic) }
}
