// SPDX-License-Identifier: Apache-2.0

/// The first message to a decoder. The file descriptor of the shared memory is sent with it.
package struct HelloMessage: Sendable, Equatable {
    /// The version of all messages. A decoder of another version exits.
    package static let version: UInt16 = 2
    /// The maximum length of the body in bytes.
    package static let maximumBytes = 64

    /// The length of the shared memory in bytes.
    package var mappingBytes: Int
    /// The memory in bytes that the decoder may allocate.
    package var memoryLimit: Int
    /// The free memory in bytes that the decoder keeps between two pictures at most.
    package var keptBytes: Int
    /// True when the decoder loads libheif.
    package var loadsHEIF: Bool
    /// The process id of the parent.
    package var parent: Int32

    package init(
        mappingBytes: Int, memoryLimit: Int, keptBytes: Int, loadsHEIF: Bool = false, parent: Int32
    ) {
        self.mappingBytes = mappingBytes
        self.memoryLimit = memoryLimit
        self.keptBytes = keptBytes
        self.loadsHEIF = loadsHEIF
        self.parent = parent
    }

    package init(body: [UInt8]) throws(MessageError) {
        var reader = try MessageReader(body, kind: .hello)
        let version = try reader.integer(UInt16.self)
        guard version == Self.version else { throw MessageError("version \(version), not \(Self.version)") }
        mappingBytes = try reader.number(in: 1...1 << 40, "the length of the memory")
        memoryLimit = try reader.number(in: 0...1 << 48, "the limit of memory")
        keptBytes = try reader.number(in: 0...1 << 30, "the kept memory")
        let loads = try reader.integer(UInt8.self)
        guard loads <= 1 else { throw MessageError("a flag of \(loads)") }
        loadsHEIF = loads == 1
        parent = try reader.integer(Int32.self)
        try reader.finish()
    }

    package var message: [UInt8] {
        var writer = MessageWriter(.hello)
        writer.append(Self.version)
        writer.append(Int64(mappingBytes))
        writer.append(Int64(memoryLimit))
        writer.append(Int64(keptBytes))
        writer.append(UInt8(loadsHEIF ? 1 : 0))
        writer.append(parent)
        return writer.message()
    }
}
