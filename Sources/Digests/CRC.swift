// SPDX-License-Identifier: Apache-2.0

/// The cyclic redundancy checks (CRC) that S3 offers as checksums of objects. All of them process the least significant
/// bit first, begin with all ones, and invert the final value.
package enum CRC {
    /// Returns the CRC-32/ISO-HDLC of `bytes`, the CRC-32 of zlib. It is the value of `x-amz-checksum-crc32`.
    package static func crc32(_ bytes: [UInt8]) -> UInt32 { hdlc.checksum(bytes) }

    /// Returns the CRC-32/ISCSI of `bytes` (RFC 3720, Castagnoli). It is the value of `x-amz-checksum-crc32c`.
    package static func crc32c(_ bytes: [UInt8]) -> UInt32 { castagnoli.checksum(bytes) }

    /// Returns the CRC-64/NVME of `bytes` (NVM Express NVM Command Set 1.0, 5.2.1.3.4). It is the value of
    /// `x-amz-checksum-crc64nvme`.
    package static func crc64NVMe(_ bytes: [UInt8]) -> UInt64 { nvme.checksum(bytes) }

    /// Returns the CRC-32, the CRC-32C and the CRC-64/NVME of `bytes`, computed without instructions that some
    /// processors lack, for tests.
    package static func portable(_ bytes: [UInt8]) -> (crc32: UInt32, crc32c: UInt32, crc64NVMe: UInt64) {
        (
            hdlc.checksum(bytes, folds: false), castagnoli.checksum(bytes, folds: false),
            nvme.checksum(bytes, folds: false)
        )
    }

    private static let hdlc = CRCTable<UInt32>(reflectedPolynomial: 0xEDB8_8320)
    private static let castagnoli = CRCTable<UInt32>(reflectedPolynomial: 0x82F6_3B78)
    private static let nvme = CRCTable<UInt64>(reflectedPolynomial: 0x9A6C_9329_AC4B_C9B5)
}
