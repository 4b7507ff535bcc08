// SPDX-License-Identifier: Apache-2.0

import AWS
import Scripted
import Support
import Worker

/// The object store as one process sees it: strongly consistent, with conditional puts. The bytes of a source are a
/// mark, 1 for a corrupt one, its version, the number of its content, and zeros.
struct FakeStore: ObjectStore {
    let connection: FakeConnection
    private var cloud: FakeCloud { connection.cloud }

    init(_ connection: FakeConnection) { self.connection = connection }

    func get(
        _ object: ObjectReference, maximumBytes: Int, onNewConnection: Bool
    ) async throws -> S3Object {
        if cloud.alwaysFails(object) {
            try await connection.travel()
            throw WorkerError(
                .sourceEncryption, operation: "GetObject \(object)", code: "KMS.DisabledException")
        }
        let found = try await connection.call(
            .get, object, note: onNewConnection ? " (new connection)" : ""
        ) {
            cloud.state.withLock { $0.objects[object] }
        }
        guard let found else { throw WorkerError(.notFound, operation: "GetObject \(object)") }
        if found.isEmpty {
            let head = ObjectHead(eTag: found.eTag, size: 0)
            return cloud.damage(S3Object(head: head, bytes: [], isVerified: true))
        }
        guard maximumBytes >= FakeCloud.sourceSize else {
            throw WorkerError(.tooLarge, operation: "GetObject \(object)")
        }
        let mark = UInt8(found.isCorrupt ? 1 : 0)
        func bytes(_ number: Int) -> [UInt8] {
            (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
        let numbers = bytes(found.version) + bytes(found.content)
        let rest = [UInt8](repeating: 0, count: FakeCloud.sourceSize - 9)
        let genuine = S3Object(
            head: ObjectHead(eTag: found.eTag, size: FakeCloud.sourceSize), bytes: [mark] + numbers + rest,
            isVerified: true)
        return cloud.damage(genuine)
    }

    func head(_ object: ObjectReference) async throws -> ObjectHead? {
        try await connection.call(.head, object) {
            cloud.state.withLock { state in
                for output in FakeCloud.outputs(of: object)
                where state.objects[output]?.lateWriter == connection.process
                    && state.objects[output]?.content == state.objects[object]?.content
                {
                    state.objects[output]?.lateWriter = nil
                }
                return state.objects[object].map {
                    ObjectHead(
                        eTag: $0.eTag, size: $0.isEmpty ? 0 : $0.size ?? FakeCloud.sourceSize,
                        metadata: $0.metadata)
                }
            }
        }
    }

    func tags(of object: ObjectReference) async throws -> [String: String] { [:] }

    func put(_ output: OutputObject, if condition: PutCondition) async throws {
        checkHolder(of: output.name)
        let isLate = cloud.faults.brokenPart == .puts
        let source = cloud.begin(.putting, ofVersion: Self.version(of: output.bytes))
        let writing = connection.writing
        writing.withLock { $0 += 1 }
        defer {
            cloud.end(.putting, of: source)
            writing.withLock { $0 -= 1 }
        }
        let isStored = try await connection.call(.put, output.name) {
            if isLate {
                cloud.after(milliseconds: 60_000) { _ = store(output, condition) }
                return true
            }
            return store(output, condition)
        }
        guard isStored else {
            cloud.log.note(.condition)
            throw WorkerError(.superseded, operation: "PutObject \(output.name)", code: "412")
        }
    }

    /// Returns the version of the source that the bytes of a source or an output begin with.
    static func version(of bytes: [UInt8]) -> Int { number(in: bytes, from: 1) }

    /// Returns the number of the content that the bytes of a source or an output begin with.
    static func content(of bytes: [UInt8]) -> Int { number(in: bytes, from: 5) }

    private static func number(in bytes: [UInt8], from start: Int) -> Int {
        guard bytes.count >= start + 4 else { return 0 }
        return (0..<4).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
    }

    private func store(_ output: OutputObject, _ condition: PutCondition) -> Bool {
        let (version, content) = (Self.version(of: output.bytes), Self.content(of: output.bytes))
        let now = cloud.clock.now
        let isMonotonic = cloud.isMonotonic
        return cloud.state.withLock { state in
            let old = state.objects[output.name]
            switch condition {
            case .none: break
            case .absent: guard old == nil else { return false }
            case .unchanged(let eTag): guard old?.eTag == eTag else { return false }
            }
            if isMonotonic, let old, old.version > version {
                state.violations.append(
                    "at \(now): \(output.name.key) goes back from v\(old.version) to v\(version)")
            }
            let isHeld = state.messages.contains { message in
                message.holder == connection.process && message.visibleAt > now && !message.isDeleted
                    && message.isAbout(output: output.name)
            }
            state.puts += 1
            state.objects[output.name] = FakeCloud.Object(
                eTag: "o\(content)-\(output.name.key)", version: version, content: content,
                lateWriter: isHeld ? nil : connection.process, metadata: output.metadata)
            return true
        }
    }

    /// Checks that a put begins while the queue regards this process as the holder of the message. The check needs keys
    /// with one message each, and no suspension of the process between its own check and the put.
    private func checkHolder(of name: ObjectReference) {
        guard cloud.checksHolders, !connection.isDead.withLock({ $0 }) else { return }
        let now = cloud.clock.now
        cloud.state.withLock { state in
            let messages = state.messages.filter { $0.isAbout(output: name) }
            guard messages.count == 1, let message = messages.first else { return }
            // The last attempt at a suspect message needs no lease, because its failure is stored.
            guard state.quarantined["\(message.id)-0"]?.error != "no-result" else { return }
            if message.holder != connection.process || message.visibleAt <= now {
                state.violations.append(
                    "at \(now): process \(connection.process) writes \(name.key) without holding \(message.id)"
                )
            }
        }
    }
}
