// SPDX-License-Identifier: Apache-2.0

extension Measurement {
    static let heading =
        "    MP   decode  decodeTJ   engine    reduce    5enc   1encTJ  reference |"
        + " eng/dec eng/decTJ ref/eng enc/encTJ  peak MB  picture"

    private var ratios: [Double?] {
        [
            engine / decodeRows, engine / decodePicture, reference.map { $0 / engine }, encode / turboEncode,
            memory,
        ]
    }

    var line: String {
        let times = [megapixels, decodeRows, decodePicture, engine, reduce, encode, turboEncode, reference]
        return zip(times, [6, 9, 10, 9, 11, 8, 9, 11]).map { fixed($0, $1, decimals: 1) }.joined() + " |"
            + zip(ratios, [8, 10, 8, 10, 9]).map { fixed($0, $1, decimals: 2) }.joined() + "  " + name
    }

    /// One line for all pictures, with what the figures must and should reach.
    static func medians(_ rows: [Measurement]) -> String {
        func median(_ values: [Double]) -> Double? {
            values.isEmpty ? nil : values.sorted()[values.count / 2]
        }
        let columns = (0..<5).map { column in median(rows.compactMap { $0.ratios[column] }) }
        return """

            median over \(rows.count) pictures
              engine / bare decode, rows          \(fixed(columns[0], 8, decimals: 2))
              engine / bare decode, TurboJPEG     \(fixed(columns[1], 8, decimals: 2))
              reference / engine                  \(fixed(columns[2], 8, decimals: 2))
              five encodes / one TurboJPEG encode \(fixed(columns[3], 8, decimals: 2))
              peak memory above idle, MB          \(fixed(columns[4], 8, decimals: 2))
            """
    }
}

/// `value` with so many decimals, right in `width` columns; a dash for none.
private func fixed(_ value: Double?, _ width: Int, decimals: Int) -> String {
    guard let value, value.isFinite else { return String(repeating: " ", count: width - 1) + "-" }
    let scale = decimals == 1 ? 10 : 100
    let scaled = Int((abs(value) * Double(scale) + 0.5))
    let fraction = String(scaled % scale)
    let zeros = String(repeating: "0", count: decimals - fraction.count)
    let text = (value < 0 && scaled > 0 ? "-" : "") + "\(scaled / scale).\(zeros)\(fraction)"
    return String(repeating: " ", count: max(0, width - text.count)) + text
}
