// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Functions that read and write whole files of the local file system.
package enum LocalFile {
    /// The error of a failed system call.
    package struct Failure: Error, CustomStringConvertible {
        /// The name of the failed system call, such as `open`.
        package var call: String
        package var path: String
        /// The value of `errno` after the failed system call.
        package var code: Int32

        package var description: String { "\(path): \(call): \(String(cString: strerror(code)))" }
    }

    /// Returns the content of a file, device or pipe, read to its end.
    ///
    /// - Parameter limit: the maximum number of bytes.
    /// - Throws: `Failure`, whose code is `EFBIG` when the content is longer than `limit`.
    package static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(call: "open", path: path, code: errno) }
        defer { close(descriptor) }
        var out: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Failure(call: "read", path: path, code: errno) }
            guard count > 0 else { return out }
            guard out.count + count <= limit else { throw Failure(call: "read", path: path, code: EFBIG) }
            out.append(contentsOf: chunk[..<count])
        }
    }

    /// Writes a file atomically: into a temporary file of the same directory, which is then renamed to `path`. An
    /// existing file is replaced.
    package static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        let draft = "\(path).\(getpid())-\(UInt32.random(in: .min ... .max))"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw Failure(call: "create", path: path, code: errno) }
        do throws(Failure) {
            defer { close(descriptor) }
            try fill(descriptor, with: bytes, path: path)
        } catch {
            unlink(draft)
            throw error
        }
        guard rename(draft, path) == 0 else {
            let code = errno
            unlink(draft)
            throw Failure(call: "rename", path: path, code: code)
        }
    }

    /// Creates a directory and its missing parents. An existing directory is no error.
    package static func makeDirectory(_ path: String) throws(Failure) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw Failure(call: "mkdir", path: path, code: ENOTDIR)
            }
            return
        }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try makeDirectory(String(path[..<slash]))
        }
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
            throw Failure(call: "mkdir", path: path, code: errno)
        }
    }

    private static func fill(_ descriptor: Int32, with bytes: [UInt8], path: String) throws(Failure) {
        var start = 0
        while start < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + start }, buffer.count - start)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Failure(call: "write", path: path, code: errno) }
            start += count
        }
    }
}
