// SPDX-License-Identifier: Apache-2.0

import Audit
import Glibc
import Settings

/// The file that keeps the checkpoint of an audit.
final class CheckpointFile {
    private let path: LocalPath
    private let identity: String
    /// The time at which the file was written last.
    private var written: ContinuousClock.Instant?

    /// The time between two writes. A process that is killed repeats at most what it did in this time.
    private static let interval = Duration.milliseconds(200)
    /// The maximum size of the file in bytes: more than that of a checkpoint with `SetAsideIndex.limit` failures with
    /// keys of 1024 bytes.
    private static let limit = 1 << 26

    init(_ path: LocalPath, identity: String) {
        self.path = path
        self.identity = identity
    }

    /// Reads the checkpoint; nil when the file does not exist.
    ///
    /// - Throws: `AuditError` when the file cannot be read or is that of another audit.
    func read() throws -> AuditCheckpoint? {
        guard LocalFile.exists(path) else { return nil }
        let json: [UInt8]
        do throws(LocalFile.Failure) { json = try LocalFile.read(path, limit: Self.limit) } catch {
            throw AuditError(.checkpoint, "\(error)")
        }
        return try AuditCheckpoint(json: json, identity: identity, name: "\(path)")
    }

    /// Writes the checkpoint, unless it was written just before.
    ///
    /// - Parameter always: true to write it in any case, because it took long to get there.
    /// - Throws: `AuditError` when the file cannot be written.
    func write(_ checkpoint: AuditCheckpoint, always: Bool = false) throws {
        if !always, let written, written.duration(to: .now) < Self.interval { return }
        let json = try checkpoint.json()
        do throws(LocalFile.Failure) { try LocalFile.write(json, to: path) } catch {
            throw AuditError(.checkpoint, "\(error)")
        }
        written = .now
    }

    /// Removes the file, because the audit has ended.
    func remove() throws {
        guard path.withCString({ unlink($0) }) == 0 || errno == ENOENT else {
            throw AuditError(.checkpoint, "\(path): unlink: \(String(cString: strerror(errno)))")
        }
    }
}
