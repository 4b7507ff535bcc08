// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted

/// A socket for `NOTIFY_SOCKET` (sd_notify(3)). Each assignment that it receives is a line of `messages`.
final class NotifySocket: Sendable {
    let path: String
    let messages = LineLog()
    private let descriptor: Int32

    init(path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard descriptor >= 0, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw TestError("cannot create a socket at \(path)")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0 else { throw TestError("bind \(path): \(String(cString: strerror(errno)))") }
        let reader = Thread { [descriptor, messages] in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                if count <= 0 { break }
                let text = String(decoding: buffer[..<count], as: UTF8.self)
                for line in text.split(separator: "\n") { messages.append(line: String(line)) }
            }
            messages.end()
            close(descriptor)
        }
        reader.start()
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }
}
