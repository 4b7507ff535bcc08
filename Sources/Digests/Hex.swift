// SPDX-License-Identifier: Apache-2.0

/// Bytes as lower-case hexadecimal digits, the form in which AWS writes digests and signatures.
package enum Hex {
    package static func encode(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { out in
            var place = 0
            for byte in bytes {
                out[place] = digit(byte >> 4)
                out[place + 1] = digit(byte & 15)
                place += 2
            }
            return place
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
    }
}
