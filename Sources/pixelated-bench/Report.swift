// SPDX-License-Identifier: Apache-2.0

/// The line of a measurement in the report.
extension Measurement {
    static let heading =
        "    MP  decode  decTJ  engine  reduce   5enc  encTJ  reference |"
        + " eng/dec  ref/eng  enc/encTJ  iso/eng |  MB: eng  decTJ  ref  picture"

    /// The time of the engine divided by the time of libjpeg-turbo's decoding alone.
    var engineToDecode: Double { engine / decodeRows }
    /// The time of Pillow divided by the time of the engine; nil if Pillow was not measured.
    var referenceToEngine: Double? { reference.map { $0.milliseconds / engine } }
    /// The time of the five outputs divided by the time in which TurboJPEG encodes one.
    var encodeToEncode: Double { encode / turboEncode }
    /// The time of the engine with a decoder process divided by that without one; nil if it was not measured.
    var isolatedToEngine: Double? { isolated.map { $0 / engine } }

    var line: String {
        let times = [
            megapixels, decodeRows, decodePicture, engine, reduce, encode, turboEncode,
            reference?.milliseconds,
        ]
        let ratios = [engineToDecode, referenceToEngine, encodeToEncode, isolatedToEngine]
        let memories = [memory, decodeMemory, reference?.megabytes]
        return zip(times, [6, 8, 7, 8, 8, 7, 7, 11]).map { fixed($0, $1, decimals: 1) }.joined() + " |"
            + zip(ratios, [8, 9, 11, 9]).map { fixed($0, $1, decimals: 2) }.joined() + " |"
            + zip(memories, [9, 7, 5]).map { fixed($0, $1, decimals: 0) }.joined() + "  " + name
    }
}

/// The summary of a benchmark: the medians over all pictures beside the values that are required (must) and intended
/// (aim).
struct Report {
    var rows: [Measurement] = []
    var hostile: HostileCorpus?
    /// The measurements of pictures in other formats than JPEG.
    var formats: [FormatMeasurement] = []

    var table: String {
        var lines = ["", "                                              measured    must     aim"]
        func add(_ name: String, _ value: Double?, must: Double, aim: Double, decimals: Int = 2) {
            let columns = [(value, 12), (must, 8), (aim, 8)].map { fixed($0, $1, decimals: decimals) }
            lines.append("  " + name.padded(to: 42) + columns.joined())
        }
        if !rows.isEmpty {
            lines[1] = "median over \(rows.count) pictures".padded(to: 44) + lines[1].dropFirst(44)
            add("engine CPU / bare decode CPU", median(rows.map(\.engineToDecode)), must: 1.4, aim: 1.25)
            add(
                "reference CPU / engine CPU", median(rows.compactMap(\.referenceToEngine)), must: 8, aim: 9)
            add(
                "five encodes / one libjpeg-turbo encode", median(rows.map(\.encodeToEncode)), must: 0.35,
                aim: 0.25)
            add("outputs in WebP / in JPEG, bytes", median(rows.map(\.webPBytes)), must: 0.15, aim: 0.15)
        }
        // The figures for photos and for small pictures differ, because a request to a decoder has a fixed cost.
        for (name, must, aim, isSmall) in [
            ("photos", 1.02, 1.01, false), ("100 KB pictures", 1.08, 1.04, true),
        ] {
            let ratios = rows.filter { ($0.megapixels < 2) == isSmall }.compactMap(\.isolatedToEngine)
            if !ratios.isEmpty {
                add("isolated / in-process CPU, \(name)", median(ratios), must: must, aim: aim, decimals: 3)
            }
        }
        if let largest = rows.filter({ !$0.isProgressive }).max(by: { $0.megapixels < $1.megapixels }) {
            add(
                "peak MB above idle, baseline of \(Int(largest.megapixels)) MP", largest.memory, must: 16,
                aim: 12, decimals: 1)
        }
        if let hostile {
            add(
                "slowest hostile file, CPU seconds", hostile.slowest.milliseconds / 1e3, must: 2, aim: 0.5)
            add("largest hostile file, MB", hostile.largest.megabytes, must: 256, aim: 256, decimals: 1)
        }
        let table = rows.isEmpty && hostile == nil ? [] : lines
        return (table + (formats.isEmpty ? [] : [FormatTable(rows: formats).text])).joined(separator: "\n")
    }
}
