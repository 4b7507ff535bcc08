// SPDX-License-Identifier: Apache-2.0

import Digests
import Foundation
import Pixelation
import Support
import Testing

/// Whole files against what Pillow 12.1.1 makes of them.
@Suite struct GoldenTests {
    struct Expectation: Decodable, Sendable, CustomTestStringConvertible {
        struct Output: Decodable, Sendable {
            var file: String
            var bytes: Int
        }
        var path: String
        var format: String
        var v: [String: Output]
        var testDescription: String { path }
    }

    static let expectations: [Expectation] = {
        guard let data = try? SharedCorpus.bytes("golden/pillow-12.1.1.jsonl") else { return [] }
        return data.split(separator: 10).compactMap {
            try? JSONDecoder().decode(Expectation.self, from: Data($0))
        }
    }()

    @Test(
        "every golden picture comes out byte for byte as the reference writes it",
        .enabled(if: SharedCorpus.isPresent, "\(SharedCorpus.absence)"), arguments: expectations)
    func golden(_ expected: Expectation) throws {
        var options = PixelationOptions()
        options.metadata = .reference
        let bytes = try SharedCorpus.bytes(expected.path)
        guard expected.format == "JPEG" else {
            let error = #expect(throws: PixelationError.self) {
                try Pixelator(options).pixelate(bytes)
            }
            #expect(error?.kind == .unsupportedFormat)
            return
        }
        let result = try Pixelator(options).pixelate(bytes)
        #expect(result.outputs.map(\.size) == options.sizes)
        for output in result.outputs {
            let known = try #require(expected.v["\(output.size)"])
            #expect(output.bytes.count == known.bytes, "\(output.size)")
            #expect(sha256(output.bytes) == known.file, "\(output.size)")
        }
    }
}

func sha256(_ bytes: [UInt8]) -> String { Hex.encode(SHA256.digest(bytes)) }
