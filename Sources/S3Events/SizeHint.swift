// SPDX-License-Identifier: Apache-2.0

/// The size of an object as an event announces it: a number, or a number as text, as Ceph writes it. Its decoding never
/// throws, because the size is a hint and the object itself has the true one.
struct SizeHint: Decodable {
    /// The size in bytes, 0 or more; nil when the value is no such number.
    var bytes: Int?

    init(from decoder: any Decoder) {
        guard let value = try? decoder.singleValueContainer() else { return }
        if let number = try? value.decode(Int.self) {
            bytes = number
        } else if let number = try? value.decode(Double.self) {
            bytes = Int(exactly: number)
        } else if let text = try? value.decode(String.self) {
            bytes = Int(text)
        }
        if let number = bytes, number < 0 { bytes = nil }
    }
}
