// SPDX-License-Identifier: Apache-2.0

package import Pixelation
package import Pixels

/// The answer of a decoder to a request: grids, damage and a profile, or an error.
package struct AnswerMessage: Sendable {
    /// The parts of an answer that the parent knows before it reads the answer. An answer that differs is refused.
    package struct Expectation: Sendable {
        /// The number of the request.
        package var number: UInt64
        /// The sizes of the grids.
        package var sizes: [Int]
        /// The colour model of the grids.
        package var color: ColorModel
        /// The maximum number of frames.
        package var frames: Int
        /// The maximum length of the ICC profile in bytes.
        package var profileBytes: Int
        /// The value of `ReductionRequest.samplesCells`.
        package var samplesCells = false

        package init(
            number: UInt64, sizes: [Int], color: ColorModel, frames: Int = 1, profileBytes: Int = 0
        ) {
            self.number = number
            self.sizes = sizes
            self.color = color
            self.frames = frames
            self.profileBytes = profileBytes
        }

        /// The length of the grids of one frame in bytes.
        var sampleBytes: Int { sizes.reduce(0) { $0 + $1 * $1 * color.bands } }

        /// The maximum length in bytes of the body of the answer.
        package var maximumBytes: Int {
            let damage = AnswerMessage.damages.count * (4 + MessageReader.maximumTextBytes)
            return 24 + AnswerMessage.differenceBytes
                + max(damage + profileBytes + sampleBytes * frames, MessageReader.maximumTextBytes)
        }
    }

    /// The number of the request.
    package var number: UInt64
    package var result: Result<Reduction, PixelationError>

    package init(number: UInt64, result: Result<Reduction, PixelationError>) {
        self.number = number
        self.result = result
    }

    /// The kinds of errors that a decoder reports, at their numbers in a message. The parent alone reports the others:
    /// nobody cancels a decoder, and a decoder does not report its own death.
    static let errors: [PixelationError.Kind] = [
        .internal, .notAnImage, .unsupportedFormat, .tooManyBytes, .tooManyPixels, .tooManyScans,
        .tooManyFrames, .tooManyMarkers, .tooMuchMemory, .tooMuchDamage, .truncated, .corrupt, .deadline,
        .decoderMissing,
    ]
    /// The kinds of damage at their numbers in a message. The parent finds a missing profile itself.
    static let damages: [Damage.Kind] = [.truncated, .corruptData]
    /// The byte for a share of the picture that is unknown.
    private static let unknownPercent: UInt8 = 255
    /// The length of the differences in bytes.
    fileprivate static let differenceBytes = 32

    package init(body: [UInt8], expected: Expectation) throws(MessageError) {
        var reader = try MessageReader(body, kind: .answer)
        number = try reader.integer(UInt64.self)
        guard number == expected.number else { throw MessageError("an answer to another request") }
        switch try reader.integer(UInt8.self) {
        case 0: result = .success(try Self.reduction(&reader, expected))
        case 1:
            let kind = try Self.element(of: Self.errors, &reader, "an error")
            result = .failure(PixelationError(kind, try reader.text()))
        case let status: throw MessageError("an answer with the status \(status)")
        }
        try reader.finish()
    }

    private static func reduction(
        _ reader: inout MessageReader, _ expected: Expectation
    ) throws(MessageError) -> Reduction {
        let color = try reader.integer(UInt8.self)
        guard color == expected.color.rawValue else {
            throw MessageError("the colour model \(color) in place of \(expected.color.rawValue)")
        }
        let count = Int(try reader.integer(UInt8.self))
        var damage: [Damage] = []
        for _ in 0..<count {
            let kind = try element(of: damages, &reader, "a damage")
            guard !damage.contains(where: { $0.kind == kind }) else {
                throw MessageError("the damage \(kind.rawValue) twice")
            }
            let percent = try reader.integer(UInt8.self)
            guard percent <= 100 || percent == unknownPercent else { throw MessageError("\(percent) %") }
            damage.append(
                Damage(kind, try reader.text(), percent: percent == unknownPercent ? nil : Int(percent)))
        }
        let profileCount = Int(try reader.integer(UInt32.self))
        guard profileCount <= expected.profileBytes else {
            throw MessageError(
                "a profile of \(profileCount) bytes in place of up to \(expected.profileBytes)")
        }
        let profile = profileCount == 0 ? nil : Array(try reader.take(profileCount))
        let frameCount = Int(try reader.integer(UInt32.self))
        guard (1...expected.frames).contains(frameCount) else {
            throw MessageError("\(frameCount) frames in place of up to \(expected.frames)")
        }
        var frames: [[Grid]] = []
        for _ in 0..<frameCount {
            var grids: [Grid] = []
            for size in expected.sizes {
                let samples = Array(try reader.take(size * size * expected.color.bands))
                grids.append(Grid(size: size, color: expected.color, samples: samples))
            }
            frames.append(grids)
        }
        var reduction = Reduction(frames: frames, damage: damage, profile: profile)
        if expected.samplesCells { reduction.differences = try differences(&reader) }
        return reduction
    }

    private static func differences(_ reader: inout MessageReader) throws(MessageError) -> CellDifferences {
        let count = try reader.number(in: 0...Int.max, "the number of differences")
        let frame = try reader.number(in: 0...Int.max, "a frame")
        let x = try reader.number(in: 0...Int.max, "a column")
        let y = try reader.number(in: 0...Int.max, "a row")
        return CellDifferences(count: count, first: count == 0 ? nil : .init(frame: frame, x: x, y: y))
    }

    private static func element<Element>(
        of list: [Element], _ reader: inout MessageReader, _ name: StaticString
    ) throws(MessageError) -> Element {
        let index = Int(try reader.integer(UInt8.self))
        guard list.indices.contains(index) else { throw MessageError("\(name) with the number \(index)") }
        return list[index]
    }

    package var message: [UInt8] {
        var writer = MessageWriter(.answer)
        writer.append(number)
        switch result {
        case .success(let reduction):
            writer.append(UInt8(0))
            writer.append(reduction.grids.first?.color.rawValue ?? UInt8.max)
            writer.append(UInt8(reduction.damage.count))
            for damage in reduction.damage {
                writer.append(UInt8(Self.damages.firstIndex(of: damage.kind) ?? 0))
                writer.append(
                    damage.percent.map { UInt8(clamping: min(max($0, 0), 100)) } ?? Self.unknownPercent)
                writer.append(text: damage.detail)
            }
            writer.append(UInt32(reduction.profile?.count ?? 0))
            writer.append(reduction.profile ?? [])
            writer.append(UInt32(reduction.frames.count))
            for grid in reduction.frames.joined() { writer.append(grid.samples) }
            if let differences = reduction.differences {
                let first = differences.first
                for number in [differences.count, first?.frame ?? 0, first?.x ?? 0, first?.y ?? 0] {
                    writer.append(Int64(number))
                }
            }
        case .failure(let error):
            writer.append(UInt8(1))
            writer.append(UInt8(Self.errors.firstIndex(of: error.kind) ?? 0))
            writer.append(text: error.detail)
        }
        return writer.message()
    }
}
