// SPDX-License-Identifier: Apache-2.0

import JPEGEncoder
import Pixelation
import Pixels

/// The examination of a JPEG file: its segments, its entropy-coded data, and the cells of its picture.
struct JPEGWalk {
    private(set) var findings: [Finding] = []
    /// The length of the colour profile in bytes.
    private(set) var profileBytes = 0
    /// The number of components; nil when the picture cannot be examined.
    private(set) var components: Int?

    private let bytes: [UInt8]
    private let file: JPEGFile
    private let deadline: ContinuousClock.Instant

    /// Examines a file.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - size: The number of cells along each side.
    ///   - limits: The limits of the picture, of which those of memory and time begin with this call.
    init(_ bytes: [UInt8], size: Int, limits: PixelationLimits) {
        self.bytes = bytes
        deadline = ContinuousClock.now + .seconds(limits.seconds)
        file = JPEGFile(bytes, maximum: limits.markers)
        var rest: [JPEGFile.Segment] = []
        var fragments: [JPEGFile.Segment] = []
        for segment in file.segments {
            if segment.marker == 0xE2, content(segment).starts(with: Self.profileLabel) {
                fragments.append(segment)
            } else if !isMetadata(segment) {
                rest.append(segment)
            }
        }
        examineProfile(fragments)
        guard file.hasScan || file.segments.count < limits.markers else {
            refuse(.tooManyMarkers, "more than \(limits.markers) segments before the first scan")
            return
        }
        guard file.hasScan else {
            findings.append(
                Finding(
                    .malformed, at: file.end, "no marker segment where one must be, before the first scan"))
            return
        }
        guard let frame = Frame(bytes, rest) else {
            findings.append(
                Finding(
                    .coding,
                    at: rest.first { (0xC0...0xCF).contains($0.marker) && $0.marker != 0xC4 }?.offset ?? 0,
                    "a frame other than those of outputs (baseline, gray, YCbCr 4:2:0 or CMYK)"))
            return
        }
        guard isLikeOutput(rest, frame) else { return }
        guard frame.width * frame.height <= limits.pixels else {
            refuse(.tooManyPixels, "\(frame.width) x \(frame.height) pixels, \(limits.pixels) are allowed")
            return
        }
        let tables = Tables(bytes, rest)
        guard var cells = cells(frame, tables, size) else { return }
        let memory = cells.reduce(0) { $0 + $1.memoryBytes }
        guard memory <= limits.memoryBytes else {
            refuse(
                .tooMuchMemory,
                "\(memory) bytes for the blocks with edges of cells, \(limits.memoryBytes) are allowed")
            return
        }
        do throws(PixelationError) {
            try examinePicture(frame, tables, &cells, size)
        } catch {
            components = nil
            findings.append(Finding(error, at: file.end))
        }
    }

    /// Adds the finding for a picture that exceeds a limit.
    private mutating func refuse(_ kind: PixelationError.Kind, _ detail: String) {
        components = nil
        findings.append(Finding(PixelationError(kind, limit: detail), at: file.end))
    }

    private static let profileLabel = Array("ICC_PROFILE\0".utf8)

    private func content(_ segment: JPEGFile.Segment) -> ArraySlice<UInt8> { bytes[segment.content] }

    /// Returns true for a segment with metadata, and adds a finding for it.
    private mutating func isMetadata(_ segment: JPEGFile.Segment) -> Bool {
        let content = content(segment)
        func begins(_ label: String) -> Bool { content.starts(with: label.utf8) }
        let length = segment.content.upperBound - segment.offset
        func add(_ kind: Finding.Kind, _ detail: String) {
            findings.append(Finding(kind, at: segment.offset, count: length, detail))
        }
        switch segment.marker {
        case 0xE0 where begins("JFXX\0"): add(.thumbnail, "a JFXX thumbnail")
        case 0xE0 where begins("JFIF\0"):
            let at = segment.content.lowerBound + 12
            guard content.count > 14, bytes[at] > 0, bytes[at + 1] > 0 else { return false }
            add(.thumbnail, "a JFIF thumbnail of \(bytes[at])x\(bytes[at + 1]) pixels")
        case 0xE1 where begins("Exif\0"):
            add(.exif, "an Exif segment")
            // SOI and the beginning of the next marker.
            let thumbnail = content.indices.dropLast(2).first {
                bytes[$0] == 0xFF && bytes[$0 + 1] == 0xD8 && bytes[$0 + 2] == 0xFF
            }
            if let thumbnail {
                findings.append(
                    Finding(
                        .thumbnail, at: thumbnail, count: segment.content.upperBound - thumbnail,
                        "a JPEG file in the Exif segment"))
            }
        case 0xE1 where begins("http://ns.adobe.com/"): add(.xmp, "an XMP segment")
        case 0xE2 where begins("MPF\0"): add(.thumbnail, "an index of further pictures (MPF)")
        case 0xE0, 0xEE: return false
        case 0xE1...0xEF: add(.metadata, "an APP\(segment.marker - 0xE0) segment")
        case 0xFE: add(.comment, "a comment")
        default: return false
        }
        return true
    }

    /// Examines the fragments of the colour profile: their numbers, and its length.
    private mutating func examineProfile(_ fragments: [JPEGFile.Segment]) {
        guard let first = fragments.first else { return }
        let label = Self.profileLabel.count + 2
        var isComplete = fragments.count <= 255
        var profile: [UInt8] = []
        for (index, fragment) in fragments.enumerated() {
            let content = content(fragment)
            isComplete =
                isComplete && content.count > label
                && content.dropFirst(label - 2).prefix(2).elementsEqual([
                    UInt8(truncatingIfNeeded: index + 1), UInt8(truncatingIfNeeded: fragments.count),
                ])
            profile += content.dropFirst(label)
        }
        profileBytes = profile.count
        if !isComplete || !ColorProfile.isWhole(profile[...]) {
            findings.append(
                Finding(
                    .profile, at: first.offset, count: profile.count,
                    "an ICC profile whose fragments or length disagree"))
        }
    }

    /// Compares the segments without metadata with those that the writer of outputs writes.
    private mutating func isLikeOutput(_ segments: [JPEGFile.Segment], _ frame: Frame) -> Bool {
        let color: ColorModel =
            frame.components.count == 1 ? .gray : frame.components.count == 3 ? .rgb : .cmyk
        var output = GridWriter(width: 1, height: 1).encode(
            Grid(size: 1, color: color, samples: Array(repeating: 0, count: color.bands)))
        // A JFIF segment with a thumbnail has a finding of its own.
        let hasStart = segments.contains { $0.marker == 0xE0 }
        let expected = JPEGFile(output).segments.filter { hasStart || $0.marker != 0xE0 }
        if let header = expected.first(where: { $0.marker == 0xC0 })?.content.lowerBound {
            // The height and the width of the picture follow the number of bits of a sample.
            output.replaceSubrange(
                header + 1..<header + 5,
                with: [frame.height, frame.width].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] })
        }
        for (index, segment) in segments.enumerated() {
            let isEqual =
                index < expected.count && expected[index].marker == segment.marker
                && output[expected[index].content].elementsEqual(content(segment))
            if !isEqual {
                let name = String(segment.marker, radix: 16, uppercase: true)
                findings.append(
                    Finding(
                        .structure, at: segment.offset, count: segment.content.upperBound - segment.offset,
                        "a segment FF\(name) that differs from that of outputs"))
                return false
            }
        }
        guard segments.count == expected.count else {
            findings.append(
                Finding(.structure, at: file.end, "\(segments.count) segments in place of \(expected.count)"))
            return false
        }
        components = frame.components.count
        return true
    }

    /// Returns the cells of each component; nil when a component has no table.
    private func cells(_ frame: Frame, _ tables: Tables, _ size: Int) -> [JPEGCells]? {
        let columns = NearestMap.cells(size, over: frame.width)
        let rows = NearestMap.cells(size, over: frame.height)
        let highest = frame.highestSampling
        var cells: [JPEGCells] = []
        for component in frame.components {
            guard let steps = tables.steps[component.table] else { return nil }
            let side = 8 * highest / component.sampling
            cells.append(
                JPEGCells(
                    size: size,
                    columns: .init(
                        columns, blocks: (frame.width + side - 1) / side,
                        isHalved: component.sampling < highest, isDown: false),
                    rows: .init(
                        rows, blocks: (frame.height + side - 1) / side,
                        isHalved: component.sampling < highest, isDown: true),
                    steps: steps, blockSide: side))
        }
        return cells
    }

    /// Decodes the coefficients and compares them with those of constant cells.
    ///
    /// - Throws: `PixelationError` of the kind `.deadline`.
    private mutating func examinePicture(
        _ frame: Frame, _ tables: Tables, _ cells: inout [JPEGCells], _ size: Int
    ) throws(PixelationError) {
        for index in cells.indices { cells[index].reserve() }
        var data = JPEGCoefficients(bytes, from: file.end)
        do throws(JPEGCoefficients.Failure) {
            try decode(&data, frame, tables, &cells)
        } catch {
            if error == .deadline { throw JPEGCells.deadline }
            let detail =
                switch error {
                case .endsEarly: "the picture ends early"
                case .noCode: "data that is no code of a block"
                case .needlessCode: "codes that outputs do not have"
                case .deadline: "the time is over"
                }
            findings.append(Finding(error == .needlessCode ? .encoding : .malformed, at: data.offset, detail))
            return
        }
        examineEnd(&data)
        for index in cells.indices { try cells[index].solve(until: deadline) }
        let names = ["luminance", "chrominance", "chrominance"]
        for (index, component) in cells.enumerated() {
            guard let first = component.firstDifference else { continue }
            let name = cells.count == 3 ? names[index] : "component \(index + 1)"
            findings.append(
                Finding(
                    .pixels, at: first.offset,
                    "blocks of \(name) that are not of \(size) x \(size) cells: "
                        + "\(component.differenceCount), the first at the pixel (\(first.x), \(first.y))"))
        }
    }

    /// Decodes all blocks in the order of the scan.
    private func decode(
        _ data: inout JPEGCoefficients, _ frame: Frame, _ tables: Tables, _ cells: inout [JPEGCells]
    ) throws(JPEGCoefficients.Failure) {
        let side = 8 * frame.highestSampling
        var predictions = [Int](repeating: 0, count: cells.count)
        var block = [Int16](repeating: 0, count: 64)
        for mcuRow in 0..<(frame.height + side - 1) / side {
            guard ContinuousClock.now < deadline else { throw .deadline }
            for mcuColumn in 0..<(frame.width + side - 1) / side {
                for (index, component) in frame.components.enumerated() {
                    guard let dc = tables.dc[component.table], let ac = tables.ac[component.table] else {
                        throw .noCode
                    }
                    for part in 0..<component.sampling * component.sampling {
                        let row = mcuRow * component.sampling + part / component.sampling
                        let column = mcuColumn * component.sampling + part % component.sampling
                        let (before, offset) = (predictions[index], data.offset)
                        let hasAC = try data.next(
                            dc: dc, ac: ac, prediction: &predictions[index], into: &block)
                        if row < cells[index].blockRows, column < cells[index].blockColumns {
                            cells[index].add(column: column, row: row, hasAC: hasAC, block, offset: offset)
                        } else if hasAC || predictions[index] != before {
                            // A block beyond the picture repeats the DC coefficient before it.
                            cells[index].note(column, row, offset)
                        }
                    }
                }
            }
        }
    }

    /// Examines the bytes behind the entropy-coded data: EOI and nothing else.
    private mutating func examineEnd(_ data: inout JPEGCoefficients) {
        let offset = data.offset
        guard let end = data.end() else {
            findings.append(
                Finding(.encoding, at: offset, count: 1, "bits behind the picture that are not 1"))
            return
        }
        guard end + 2 <= bytes.count, bytes[end] == 0xFF, bytes[end + 1] == 0xD9 else {
            findings.append(
                Finding(
                    end + 2 <= bytes.count ? .trailingBytes : .malformed, at: end, count: bytes.count - end,
                    end + 2 <= bytes.count
                        ? "data between the picture and the end of the file" : "the file ends early"))
            return
        }
        if end + 2 < bytes.count {
            findings.append(
                Finding(
                    .trailingBytes, at: end + 2, count: bytes.count - end - 2,
                    "data behind the end of the picture"))
        }
    }
}

extension JPEGWalk {
    /// The frame header of an output.
    fileprivate struct Frame {
        struct Component {
            var sampling: Int
            var table: Int
        }

        var width: Int
        var height: Int
        var components: [Component]
        /// The sampling factor of the component with the most samples, 1 or 2.
        var highestSampling: Int { components.map(\.sampling).max() ?? 1 }

        /// Reads the frame header among `segments`; nil if it is none of an output.
        init?(_ bytes: [UInt8], _ segments: [JPEGFile.Segment]) {
            let frames = segments.filter {
                (0xC0...0xCF).contains($0.marker) && ![0xC4, 0xC8, 0xCC].contains($0.marker)
            }
            guard frames.count == 1, frames[0].marker == 0xC0 else { return nil }
            let content = Array(bytes[frames[0].content])
            guard content.count >= 6, content.count == 6 + 3 * Int(content[5]), content[0] == 8 else {
                return nil
            }
            height = Int(content[1]) << 8 | Int(content[2])
            width = Int(content[3]) << 8 | Int(content[4])
            guard (1...GridWriter.maximumSide).contains(width), (1...GridWriter.maximumSide).contains(height)
            else {
                return nil
            }
            components = stride(from: 6, to: content.count, by: 3).map {
                Component(sampling: Int(content[$0 + 1] & 15), table: Int(content[$0 + 2]))
            }
            let samplings = components.map(\.sampling)
            guard [[1], [2, 1, 1], [1, 1, 1, 1]].contains(samplings), components.allSatisfy({ $0.table < 2 })
            else {
                return nil
            }
        }
    }

    /// The tables of a file, by their numbers.
    fileprivate struct Tables {
        /// The quantization steps, row by row.
        private(set) var steps: [Int: [Int]] = [:]
        private(set) var dc: [Int: JPEGCoefficients.Table] = [:]
        private(set) var ac: [Int: JPEGCoefficients.Table] = [:]

        /// Reads the tables of segments that are those of outputs, with one table each.
        init(_ bytes: [UInt8], _ segments: [JPEGFile.Segment]) {
            for segment in segments {
                let content = bytes[segment.content]
                guard let number = content.first else { continue }
                let rest = content.dropFirst()
                if segment.marker == 0xDB, rest.count == 64 {
                    var table = [Int](repeating: 1, count: 64)
                    for (index, step) in zip(QuantizationTable.naturalOrder, rest) {
                        table[index] = Int(step)
                    }
                    steps[Int(number)] = table
                } else if segment.marker == 0xC4 {
                    let table = JPEGCoefficients.Table(counts: rest.prefix(16), symbols: rest.dropFirst(16))
                    if number < 0x10 { dc[Int(number)] = table } else { ac[Int(number & 15)] = table }
                }
            }
        }
    }
}
