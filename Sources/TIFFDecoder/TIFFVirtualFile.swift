// SPDX-License-Identifier: Apache-2.0

import TIFF

/// The header and the directory that libtiff sees in place of those of the file. They state only what decoding strips
/// or tiles takes, as `TIFFHeader` has understood it.
struct TIFFVirtualFile {
    let header: [UInt8]
    /// The directory and its values, which follow the file.
    let directory: [UInt8]

    /// An entry: its tag, its type, the number of its values and their bytes.
    private struct Entry {
        var tag: Int
        var type: Int
        var count: Int
        var bytes: [UInt8]
    }

    /// Creates the header and the directory.
    ///
    /// - Parameters:
    ///   - header: The header of `bytes`.
    ///   - bytes: The whole file, shorter than 2^31 bytes.
    init(_ header: TIFFHeader, _ bytes: Span<UInt8>) {
        let isBig = header.isBigEndian
        func number(_ value: Int, _ size: Int) -> [UInt8] {
            let little = (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            return isBig ? little.reversed() : little
        }
        func short(_ tag: Int, _ values: Int...) -> Entry {
            Entry(tag: tag, type: 3, count: values.count, bytes: values.flatMap { number($0, 2) })
        }
        func long(_ tag: Int, _ values: [Int]) -> Entry {
            Entry(tag: tag, type: 4, count: values.count, bytes: values.flatMap { number($0, 4) })
        }
        let samples = header.samples
        let segments = header.segments
        // What is behind the end of the file is the directory, which is no part of a strip.
        let ranges = (0..<segments.count).map { segments.range($0, bytes).clamped(to: 0..<bytes.count) }
        var entries = [
            long(256, [header.storedWidth]), long(257, [header.storedHeight]),
            Entry(
                tag: 258, type: 3, count: samples.count,
                bytes: (0..<samples.count).flatMap { _ in number(samples.bits, 2) }),
            short(259, header.compression.rawValue),
            // Indices of a palette are numbers like gray levels.
            short(262, Self.photometric(samples)), short(266, header.isBitReversed ? 2 : 1),
            long(segments.isTiled ? 324 : 273, ranges.map(\.lowerBound)), short(277, samples.count),
            long(segments.isTiled ? 325 : 279, ranges.map(\.count)), short(284, segments.planes > 1 ? 2 : 1),
        ]
        entries +=
            segments.isTiled
            ? [long(322, [segments.width]), long(323, [segments.height])] : [long(278, [segments.height])]
        for (tag, field) in header.codingFields where tag != 317 || header.compression.hasPredictor {
            entries.append(
                Entry(tag: tag, type: field.type, count: field.count, bytes: field.range.map { bytes[$0] }))
        }
        entries.sort { $0.tag < $1.tag }
        let start = bytes.count + bytes.count % 2
        var place = start + 2 + 12 * entries.count + 4
        var directory = [UInt8](repeating: 0, count: start - bytes.count) + number(entries.count, 2)
        var values: [UInt8] = []
        for entry in entries {
            directory += number(entry.tag, 2) + number(entry.type, 2) + number(entry.count, 4)
            if entry.bytes.count <= 4 {
                directory += entry.bytes + [UInt8](repeating: 0, count: 4 - entry.bytes.count)
            } else {
                directory += number(place, 4)
                values += entry.bytes
                if values.count % 2 == 1 { values.append(0) }
                place = start + 2 + 12 * entries.count + 4 + values.count
            }
        }
        self.directory = directory + number(0, 4) + values
        self.header = Array((isBig ? "MM" : "II").utf8) + number(42, 2) + number(start, 4)
    }

    /// Returns the value of the tag PhotometricInterpretation.
    private static func photometric(_ samples: TIFFSamples) -> Int {
        switch samples.model {
        case .gray: samples.isInverted ? 0 : 1
        case .palette: 1
        case .rgb: 2
        case .cmyk: 5
        case .yCbCr: 6
        }
    }
}
