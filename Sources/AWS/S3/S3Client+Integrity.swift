// SPDX-License-Identifier: Apache-2.0

import Digests
import FoundationEssentials
import HTTP

extension S3Client {
    /// Returns the problem of a downloaded object whose length is wrong or whose bytes do not match the checksum that
    /// S3 stores; nil when both are correct.
    ///
    /// Composite checksums of multipart uploads (`-N` at the end, or `x-amz-checksum-type: COMPOSITE`) are not
    /// verified, because they cover the checksums of the parts and not the bytes (Amazon S3 User Guide, "Checking
    /// object integrity"). Checksums of algorithms that are not in `checksums` are not verified either.
    @Sendable static func integrityProblem(_ response: Response) -> (kind: AWSError.Kind, message: String)? {
        let body = response.body
        if let length = response.headers["content-length"].flatMap(Int.init), length != body.count {
            return (.malformedResponse, "received \(body.count) of \(length) bytes")
        }
        guard response.headers["x-amz-checksum-type"]?.uppercased() != "COMPOSITE" else { return nil }
        for (name, compute) in checksums {
            guard let expected = response.headers["x-amz-checksum-\(name)"], !expected.contains("-"),
                let digest = compute(body)
            else { continue }
            let found = Data(digest).base64EncodedString()
            guard found == expected else {
                return (.checksumMismatch, "\(name) of the \(body.count) bytes is \(found), not \(expected)")
            }
            return nil
        }
        return nil
    }

    /// The supported checksum algorithms in the order of increasing cost. Only the first of them that is in the
    /// response is verified.
    private static let checksums: [(name: String, compute: @Sendable ([UInt8]) -> [UInt8]?)] = [
        ("crc32c", { bigEndian(CRC.crc32c($0)) }),
        ("crc32", { bigEndian(CRC.crc32($0)) }),
        ("crc64nvme", { bigEndian(CRC.crc64NVMe($0)) }),
        ("sha1", { SHA1.digest($0) }),
        ("sha256", { SHA256.digest($0) }),
    ]

    /// Returns the value of the header `x-amz-checksum-crc32c` for the upload of `bytes`.
    static func crc32cHeader(_ bytes: [UInt8]) -> String {
        Data(bigEndian(CRC.crc32c(bytes))).base64EncodedString()
    }

    private static func bigEndian<Word: FixedWidthInteger>(_ word: Word) -> [UInt8] {
        (0..<Word.bitWidth / 8).map { UInt8(truncatingIfNeeded: word >> (Word.bitWidth - 8 - $0 * 8)) }
    }
}
