// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// A Unix datagram socket in the place of the one of the service manager or of journald.
final class DatagramSocket {
    let path: String
    private let descriptor: Int32

    init(path: String = NSTemporaryDirectory() + "pixelator-\(UUID().uuidString.prefix(8)).sock") throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        guard bound == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    /// Returns the next datagram, or nil after 20 s. For an empty datagram with a file descriptor it returns the
    /// content of the file.
    func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var control = [UInt8](repeating: 0, count: 64)
        let (count, passed) = buffer.withUnsafeMutableBytes { data in
            control.withUnsafeMutableBytes { control in
                var part = iovec(iov_base: data.baseAddress, iov_len: data.count)
                return withUnsafeMutablePointer(to: &part) { part in
                    var message = msghdr()
                    message.msg_iov = part
                    message.msg_iovlen = 1
                    message.msg_control = control.baseAddress
                    message.msg_controllen = control.count
                    let count = recvmsg(descriptor, &message, 0)
                    // One SCM_RIGHTS message: a header of 16 bytes, then the descriptor.
                    let file =
                        message.msg_controllen >= 20 ? control.load(fromByteOffset: 16, as: Int32.self) : -1
                    return (count, file)
                }
            }
        }
        guard count >= 0 else { return nil }
        guard count == 0, passed >= 0 else { return Array(buffer.prefix(count)) }
        let file = FileHandle(fileDescriptor: passed, closeOnDealloc: true)
        try? file.seek(toOffset: 0)
        return (try? file.readToEnd()).map { Array($0) }
    }

    func receiveText() -> String? { receive().map { String(decoding: $0, as: UTF8.self) } }
}
