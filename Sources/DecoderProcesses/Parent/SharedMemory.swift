// SPDX-License-Identifier: Apache-2.0

internal import CLibC
import Glibc
internal import Support

/// The memory in which a decoder reads files: a file in memory that this process has mapped and that nobody else can
/// write or resize (memfd_create(2), F_SEAL_FUTURE_WRITE).
///
/// `@unchecked Sendable` because one thread at a time owns it, the one that owns its `DecoderProcess`.
final class SharedMemory: @unchecked Sendable {
    /// The length of the mapping, a multiple of the size of a page.
    let count: Int
    private let memory: UnsafeMutableRawPointer
    /// The file, until the decoder has its descriptor; -1 afterwards.
    private(set) var descriptor: Int32
    /// The number of bytes from the beginning that have been written, which use memory as long as the file exists.
    private(set) var usedBytes = 0
    /// The part of the memory in bytes that an idle decoder keeps.
    private static let keptBytes = 8 << 20
    /// The number of files in succession for which `keptBytes` would have been enough.
    private var smallFiles = 0
    /// The size of the used memory: large when it is more than an idle decoder keeps, and outgrown when so much has not
    /// been needed for 16 files, so that a new decoder costs little in comparison.
    var use: DecoderPoolState.Memory {
        guard usedBytes > Self.keptBytes else { return .small }
        return smallFiles >= 16 ? .outgrown : .large
    }
    /// The advice `MADV_POPULATE_WRITE` of madvise(2), which allocates pages (Linux 5.14). Otherwise each page causes a
    /// page fault.
    private static let populateWrite: Int32 = 23

    /// Creates memory for `bytes` bytes, and no pages of it.
    ///
    /// - Throws: `DecoderStartFailure`.
    init(bytes: Int) throws(DecoderStartFailure) {
        let page = sysconf(Int32(_SC_PAGESIZE))
        count = ceilingDivision(max(bytes, 1), page) * page
        descriptor = px_memory_file("pixelated-source")
        guard descriptor >= 0 else { throw DecoderStartFailure("memfd_create", errno) }
        guard ftruncate(descriptor, count) == 0,
            let pointer = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
            pointer != MAP_FAILED
        else {
            let code = errno
            close(descriptor)
            throw DecoderStartFailure("the mapping of \(count) bytes", code)
        }
        memory = pointer
        guard px_seal_length_and_contents(descriptor) == 0 else {
            throw DecoderStartFailure("F_ADD_SEALS", errno)
        }
        // Core dumps must not contain pictures.
        madvise(memory, count, MADV_DONTDUMP)
    }

    /// Closes the descriptor. The mapping remains.
    func closeDescriptor() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }

    /// Copies a file to the beginning. It has at most `count` bytes.
    func write(_ file: Span<UInt8>) {
        precondition(file.count <= count, "the file is longer than the shared memory")
        let page = sysconf(Int32(_SC_PAGESIZE))
        let first = usedBytes / page * page
        if file.count > usedBytes { madvise(memory + first, file.count - first, Self.populateWrite) }
        file.withUnsafeBytes { file in
            UnsafeMutableRawBufferPointer(start: memory, count: count).copyMemory(from: file)
        }
        usedBytes = max(usedBytes, file.count)
        smallFiles = file.count > Self.keptBytes ? 0 : smallFiles + 1
    }

    deinit {
        closeDescriptor()
        munmap(memory, count)
    }
}
