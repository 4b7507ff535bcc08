// SPDX-License-Identifier: Apache-2.0

import CLibC
import Glibc

/// Attempts to change the shared memory with its descriptor.
struct SharedMemoryAttack {
    private let descriptor: Int32

    /// Peeks at the first message and keeps a copy of its descriptor, as an attacker could who controls the decoder
    /// before its first message.
    init() {
        var bytes = [UInt8](repeating: 0, count: 128)
        var descriptor: Int32 = -1
        _ = px_receive_with_descriptor(
            STDIN_FILENO, &bytes, bytes.count, Int32(MSG_PEEK), &descriptor)
        self.descriptor = descriptor
    }

    /// Returns the names of the operations that succeeded, or `nothing`.
    func results(_ file: UnsafeBufferPointer<UInt8>) -> String {
        guard descriptor >= 0, let start = file.baseAddress else { return "no descriptor" }
        var found: [String] = []
        let page = 4096
        var byte: UInt8 = 1
        if write(descriptor, &byte, 1) == 1 { found.append("write") }
        if pwrite(descriptor, &byte, 1, 0) == 1 { found.append("pwrite") }
        if ftruncate(descriptor, 0) == 0 { found.append("shrink") }
        if ftruncate(descriptor, 1 << 30) == 0 { found.append("grow") }
        if mmap(nil, page, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0) != MAP_FAILED {
            found.append("mmap")
        }
        let own = UnsafeMutableRawPointer(mutating: start)
        if mprotect(own, page, PROT_READ | PROT_WRITE) == 0 { found.append("mprotect") }
        // MADV_REMOVE, which makes a hole.
        if madvise(own, page, 9) == 0 { found.append("hole") }
        let again = open("/proc/self/fd/\(descriptor)", O_RDWR)
        if again >= 0, pwrite(again, &byte, 1, 0) == 1 { found.append("open") }
        return found.isEmpty ? "nothing" : found.joined(separator: ",")
    }
}
