// SPDX-License-Identifier: Apache-2.0

/// The header of an ICC profile (ICC.1:2022, 7.2).
enum ColorProfile {
    /// Returns true for a profile whose first 4 bytes state its length and that has the signature of profiles.
    static func isWhole(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count >= 128 else { return false }
        let length = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        return length == bytes.count && bytes.dropFirst(36).starts(with: "acsp".utf8)
    }
}
