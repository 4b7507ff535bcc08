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

    /// The name of the folder of the file, which is the set that the file belongs to.
    var folder: String { path.split(separator: "/").dropLast().last.map(String.init) ?? "." }

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
    /// The comparison with libraries, of JPEG files.
    var sets: SetTable?
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
            add("outputs in WebP / in JPEG, bytes", median(rows.map(\.webPBytes)), must: 0.15, aim: 0.15)
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
        let table = (rows.isEmpty && hostile == nil ? [] : lines) + [sets?.text].compactMap { $0 }
        return (table + (formats.isEmpty ? [] : [FormatTable(rows: formats).text])).joined(separator: "\n")
    }
}
