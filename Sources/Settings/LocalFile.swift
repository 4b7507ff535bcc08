// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Functions that read and write whole files of the local file system.
package enum LocalFile {
    /// The error of a failed system call.
    package struct Failure: Error, CustomStringConvertible {
        /// The name of the failed system call, such as `open`.
        package var call: String
        package var path: LocalPath
        /// The value of `errno` after the failed system call.
        package var code: Int32

        /// The maximum number of bytes, when the content of the file is longer than that; otherwise nil.
        package var limit: Int?

        package init(call: String, path: LocalPath, code: Int32, limit: Int? = nil) {
            (self.call, self.path, self.code, self.limit) = (call, path, code, limit)
        }

        package var description: String {
            if let limit { return "\(path): the file has more than \(limit) bytes" }
            return "\(path): \(call): \(String(cString: strerror(code)))"
        }
    }

    /// Returns the content of a file, device or pipe, read to its end.
    ///
    /// - Parameters:
    ///   - limit: the maximum number of bytes.
    ///   - waits: false to fail instead of waiting for the writer of a pipe (open(2), `O_NONBLOCK`).
    /// - Throws: `Failure`, whose `limit` is set when the content is longer than `limit`.
    package static func read(
        _ path: LocalPath, limit: Int, waits: Bool = true
    ) throws(Failure) -> [UInt8] {
        let descriptor = path.withCString { open($0, O_RDONLY | O_CLOEXEC | (waits ? 0 : O_NONBLOCK)) }
        guard descriptor >= 0 else { throw Failure(call: "open", path: path, code: errno) }
        defer { close(descriptor) }
        var out: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Failure(call: "read", path: path, code: errno) }
            guard count > 0 else { return out }
            guard out.count + count <= limit else {
                throw Failure(call: "read", path: path, code: EFBIG, limit: limit)
            }
            out.append(contentsOf: chunk[..<count])
        }
    }

    /// Writes a file atomically: into a temporary file of the same directory, which is then renamed to `path`. An
    /// existing file is replaced.
    package static func write(_ bytes: [UInt8], to path: LocalPath) throws(Failure) {
        // The name does not contain that of the file, which may have the maximum length already.
        let name = ".pixelated-\(getpid())-\(UInt64.random(in: .min ... .max))"
        let draft = (path.parent ?? LocalPath(".")).appending(name.utf8)
        let descriptor = draft.withCString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
        guard descriptor >= 0 else { throw Failure(call: "create", path: path, code: errno) }
        do throws(Failure) {
            defer { close(descriptor) }
            try fill(descriptor, with: bytes, path: path)
        } catch {
            _ = draft.withCString { unlink($0) }
            throw error
        }
        guard draft.withCString({ from in path.withCString { rename(from, $0) } }) == 0 else {
            let code = errno
            _ = draft.withCString { unlink($0) }
            throw Failure(call: "rename", path: path, code: code)
        }
    }

    /// Creates a directory and its missing parents. An existing directory is no error.
    package static func makeDirectory(_ path: LocalPath) throws(Failure) {
        var status = stat()
        if path.withCString({ stat($0, &status) }) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw Failure(call: "mkdir", path: path, code: ENOTDIR)
            }
            return
        }
        if let parent = path.parent { try makeDirectory(parent) }
        guard path.withCString({ mkdir($0, 0o777) }) == 0 || errno == EEXIST else {
            throw Failure(call: "mkdir", path: path, code: errno)
        }
    }

    /// Returns true when there is a directory at `path`, or a symbolic link to one.
    package static func isDirectory(_ path: LocalPath) -> Bool {
        var status = stat()
        return path.withCString { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Returns the longest name, in bytes, that a file in a directory can have (pathconf(3)).
    package static func longestName(in directory: LocalPath) -> Int {
        let longest = directory.withCString { pathconf($0, Int32(_PC_NAME_MAX)) }
        return longest > 0 ? longest : 255
    }

    /// Returns true when there is a file, directory or other entry at `path`.
    package static func exists(_ path: LocalPath) -> Bool {
        var status = stat()
        return path.withCString { lstat($0, &status) } == 0
    }

    private static func fill(_ descriptor: Int32, with bytes: [UInt8], path: LocalPath) throws(Failure) {
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
