// SPDX-License-Identifier: Apache-2.0

/// A reader of the units of coded data, which finds the parameters that determine the memory and the work of decoding.
struct CodedData {
    /// The number of pictures that the data of an item contain at most. A still picture has 1, and one of several
    /// layers up to 4.
    private static let pictures = 16

    /// The number of units that may still be read.
    private var units: Int

    init(units: Int) { self.units = units }

    /// Reads the NAL units of HEVC data and makes `format` the largest that they state.
    mutating func readHEVC(
        _ data: HEIFData, _ bytes: Span<UInt8>, _ format: inout CodedFormat?
    ) throws(HEIFError) {
        var data = data
        var pictures = 0
        while data.count > 0 {
            try countUnit()
            guard let length = data.number(4, bytes), length <= data.count else {
                throw HEIFError(.corrupt, "a NAL unit of the HEVC data ends early")
            }
            var unit = data
            data.skip(length)
            let start = unit.bytes(min(length, HEVCParameters.prefixBytes), bytes)
            if let found = try Self.sequence(start) { format = found.union(format) }
            // A slice says whether it is the first one of a picture.
            if start.count >= 3, HEVCParameters.type(start[0]) < 32, start[2] & 0x80 != 0 {
                try Self.admit(&pictures)
            }
        }
    }

    /// Returns the format of a NAL unit; nil if the unit is no sequence parameter set of the first layer.
    static func sequence(_ unit: [UInt8]) throws(HEIFError) -> CodedFormat? {
        // The lowest bit and the five highest of the next byte are the number of the layer.
        guard unit.count >= 3, unit[0] & 1 == 0, unit[1] >> 3 == 0,
            HEVCParameters.type(unit[0]) == HEVCParameters.sequenceType
        else { return nil }
        guard let format = HEVCParameters.format(ofSequence: unit) else {
            throw HEIFError(.corrupt, "a sequence parameter set of the HEVC data is damaged")
        }
        return format
    }

    /// Reads the open bitstream units of AV1 data (5.3) and makes `format` the largest that they state.
    mutating func readAV1(
        _ data: HEIFData, _ bytes: Span<UInt8>, _ format: inout CodedFormat?
    ) throws(HEIFError) {
        var data = data
        var pictures = 0
        while let first = data.number(1, bytes) {
            try countUnit()
            if first & 4 != 0 { data.skip(1) }
            var length = data.count
            if first & 2 != 0 {
                guard let stated = Self.leb128(&data, bytes), stated <= data.count else {
                    throw HEIFError(.corrupt, "a unit of the AV1 data ends early")
                }
                length = stated
            }
            var unit = data
            data.skip(length)
            let type = first >> 3 & 15
            if type == AV1Parameters.sequenceType {
                let content = unit.bytes(min(length, AV1Parameters.prefixBytes), bytes)
                guard let found = AV1Parameters.format(ofSequence: content) else {
                    throw HEIFError(.corrupt, "a sequence header of the AV1 data is damaged")
                }
                format = found.union(format)
            } else if AV1Parameters.frameTypes.contains(type) {
                try Self.admit(&pictures)
            }
        }
    }

    private mutating func countUnit() throws(HEIFError) {
        units -= 1
        guard units >= 0 else { throw HEIFError(.tooManyBoxes, "the coded data have too many units") }
    }

    private static func admit(_ pictures: inout Int) throws(HEIFError) {
        pictures += 1
        guard pictures <= Self.pictures else {
            throw HEIFError(.unsupported, "an item has more than \(Self.pictures) pictures, as a video has")
        }
    }

    /// Reads a number of 7 bits a byte, the lowest first; nil if it ends early or has more than 8 bytes (4.10.5).
    private static func leb128(_ data: inout HEIFData, _ bytes: Span<UInt8>) -> Int? {
        var value = 0
        for index in 0..<8 {
            guard let byte = data.number(1, bytes) else { return nil }
            value |= (byte & 0x7F) << (7 * index)
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }
}
