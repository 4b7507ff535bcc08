// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A coded picture of coded.txt, which `make_coded.py` makes: 64 x 64 pixels.
struct CodedPicture: Sendable {
    static let side = 64

    /// The whole file.
    let file: [UInt8]
    /// The box with the parameters of the decoder, `hvcC` or `av1C`.
    let configuration: [UInt8]
    /// The coded data.
    var data: [UInt8]
    /// The type of an item with these data.
    let type: String

    private static let all: [String: [UInt8]] = {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "coded.txt")
        let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
        return Dictionary(
            uniqueKeysWithValues: lines.map {
                (String($0[0]), Array(Data(base64Encoded: String($0[1])) ?? Data()))
            })
    }()

    init(_ name: String) {
        let file = Self.all[name] ?? []
        self.file = file
        type = name.hasPrefix("hevc") ? "hvc1" : "av01"
        configuration = Self.box(type == "hvc1" ? "hvcC" : "av1C", in: file)
        data = Array(Self.box("mdat", in: file).dropFirst(8))
    }

    /// Returns the last box of a type, whose name is nowhere else in the files of coded.txt.
    private static func box(_ type: String, in file: [UInt8]) -> [UInt8] {
        let name = Array(type.utf8)
        guard let at = (4..<max(file.count - 4, 4)).last(where: { Array(file[$0..<$0 + 4]) == name }) else {
            return []
        }
        let length = file[at - 4..<at].reduce(0) { $0 << 8 | Int($1) }
        return Array(file[(at - 4)...].prefix(length == 0 ? file.count : length))
    }
}
