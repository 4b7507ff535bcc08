// SPDX-License-Identifier: Apache-2.0

import Digests

extension PNGWriter {
    /// Appends a chunk: its length, type, data and checksum (PNG, third edition, 5.3).
    func append(_ type: String, _ data: some Collection<UInt8>, to file: inout [UInt8]) {
        let checked = Array(type.utf8) + data
        file += bigEndian(UInt32(data.count))
        file += checked
        file += bigEndian(CRC.crc32(checked))
    }
}

/// Returns the bytes of a number as they are in a file.
func bigEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * $0)) }
}
