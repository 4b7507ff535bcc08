// SPDX-License-Identifier: Apache-2.0

import Glibc
import Pixelation
import Settings
import Support

/// The reading of files, devices and pipes, which a cancellation ends.
enum PictureFile {
    /// The number of bytes from which the format of a file is recognised.
    private static let beginning = 1 << 16
    /// The longest wait, in milliseconds, between two checks for a cancellation.
    private static let wait: Int32 = 50

    /// Returns the content of a file, read to its end.
    ///
    /// - Parameters:
    ///   - limit: The maximum number of bytes.
    ///   - accepts: A function that returns false when the beginning of the file, at most 64 KiB, is not that of a
    ///     picture. The rest is then not read.
    /// - Returns: The content; nil when `accepts` returns false.
    /// - Throws: `PictureFailure` of the codes `unreadable`, `too-many-bytes` and `cancelled`.
    static func read(
        _ path: LocalPath, limit: Int, _ cancellation: Cancellation,
        accepts: (Span<UInt8>) -> Bool = { _ in true }
    ) throws(PictureFailure) -> [UInt8]? {
        // Without O_NONBLOCK, the opening of a pipe waits for its writer.
        let descriptor = path.withCString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else {
            throw PictureFailure(.unreadable, LocalFile.Failure(call: "open", path: path, code: errno))
        }
        defer { close(descriptor) }
        return try read(descriptor, name: "\(path)", limit: limit, cancellation, accepts: accepts)
    }

    /// Returns the content of the standard input, read to its end.
    ///
    /// - Throws: As `read(_:limit:_:accepts:)`.
    static func readStandardInput(
        limit: Int, _ cancellation: Cancellation
    ) throws(PictureFailure) -> [UInt8] {
        try read(STDIN_FILENO, name: "standard input", limit: limit, cancellation) { _ in true } ?? []
    }

    private static func read(
        _ descriptor: Int32, name: String, limit: Int, _ cancellation: Cancellation,
        accepts: (Span<UInt8>) -> Bool
    ) throws(PictureFailure) -> [UInt8]? {
        var out: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: beginning)
        var isAccepted = false
        while true {
            try waitUntilReadable(descriptor, name, cancellation)
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count >= 0 else {
                throw PictureFailure(.unreadable, "\(name): read: \(String(cString: strerror(errno)))")
            }
            out.append(contentsOf: chunk[..<count])
            if !isAccepted, count == 0 || out.count >= beginning || out.count > limit {
                guard accepts(out.span) else { return nil }
                isAccepted = true
            }
            guard count > 0 else { return out }
            guard out.count <= limit else { throw .tooLong(name, limit: limit) }
        }
    }

    private static func waitUntilReadable(
        _ descriptor: Int32, _ name: String, _ cancellation: Cancellation
    ) throws(PictureFailure) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        repeat {
            guard !cancellation.isCancelled else {
                throw PictureFailure(PixelationError(.cancelled, "the reading was cancelled"), of: name)
            }
        } while poll(&entry, 1, wait) == 0
    }
}
