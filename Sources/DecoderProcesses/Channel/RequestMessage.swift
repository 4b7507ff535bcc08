// SPDX-License-Identifier: Apache-2.0

package import Pixelation

/// The request to decode the file at the beginning of the shared memory.
package struct RequestMessage: Sendable, Equatable {
    /// The maximum length of the body in bytes.
    package static let maximumBytes = 256

    /// A random number, which the answer repeats: an answer that was sent before the request cannot know it.
    package var number: UInt64
    /// The length of the file in bytes.
    package var fileBytes: Int
    /// The options of the reduction. All formats are allowed in it, because the parent has checked the format.
    package var options: PixelationOptions
    /// The time for the decoding in nanoseconds.
    package var nanoseconds: Int64
    /// The value of `ReductionRequest.samplesCells`.
    package var samplesCells = false

    package init(number: UInt64, fileBytes: Int, options: PixelationOptions, nanoseconds: Int64) {
        self.number = number
        self.fileBytes = fileBytes
        self.options = options
        self.nanoseconds = nanoseconds
    }

    /// Creates the request from the body of a message.
    ///
    /// - Parameters:
    ///   - body: The body of the message.
    ///   - mappingBytes: The length of the shared memory, the maximum length of the file.
    package init(body: [UInt8], mappingBytes: Int) throws(MessageError) {
        var reader = try MessageReader(body, kind: .request)
        number = try reader.integer(UInt64.self)
        fileBytes = try reader.number(in: 0...mappingBytes, "the length of the file")
        nanoseconds = Int64(try reader.number(in: 0...Int.max, "the time"))
        samplesCells = try reader.integer(UInt8.self) != 0
        options = PixelationOptions()
        options.truncated = try reader.integer(UInt8.self) == 0 ? .refuse : .accept
        options.metadata = try Self.element(of: MetadataPolicy.allCases, try reader.integer(UInt8.self))
        options.output = try Self.element(of: OutputFormatPolicy.allCases, try reader.integer(UInt8.self))
        for limit in Self.limits {
            options.limits[keyPath: limit] = try reader.number(in: 0...Int.max, "a limit")
        }
        let count = Int(try reader.integer(UInt8.self))
        options.sizes = []
        for _ in 0..<count { options.sizes.append(Int(try reader.integer(UInt16.self))) }
        try reader.finish()
        guard !samplesCells || count == 1 else { throw MessageError("cells of \(count) sizes") }
        if let problem = options.problems().first { throw MessageError("an option is invalid: \(problem)") }
    }

    package var message: [UInt8] {
        var writer = MessageWriter(.request)
        writer.append(number)
        writer.append(Int64(fileBytes))
        writer.append(nanoseconds)
        writer.append(UInt8(samplesCells ? 1 : 0))
        writer.append(UInt8(options.truncated == .refuse ? 0 : 1))
        writer.append(UInt8(MetadataPolicy.allCases.firstIndex(of: options.metadata) ?? 0))
        writer.append(UInt8(OutputFormatPolicy.allCases.firstIndex(of: options.output) ?? 0))
        for limit in Self.limits { writer.append(Int64(options.limits[keyPath: limit])) }
        writer.append(UInt8(options.sizes.count))
        for size in options.sizes { writer.append(UInt16(size)) }
        return writer.message()
    }

    private static var limits: [WritableKeyPath<PixelationLimits, Int>] {
        [
            \.bytes, \.pixels, \.scans, \.scanWork, \.frames, \.markers, \.memoryBytes, \.damagedPercent,
            \.seconds,
        ]
    }

    private static func element<Element>(of list: [Element], _ index: UInt8) throws(MessageError) -> Element {
        guard list.indices.contains(Int(index)) else { throw MessageError("element \(index) of a list") }
        return list[Int(index)]
    }
}
