// SPDX-License-Identifier: Apache-2.0

import AWS
import Pixelation
import Scripted
import Support
import Worker

/// One process's way to the world: slow, lossy, and dead after a crash.
struct Line: Sendable {
    let world: World
    let process: Int
    let isDead: Locked<Bool>

    /// There, the effect, and back. Cancelled or crashed on the way, the effect may or may not have happened.
    func call<Answer: Sendable>(
        _ operation: String, isStore: Bool = false, _ effect: @Sendable () -> Answer
    ) async throws -> Answer {
        let trouble = world.trouble(with: operation)
        do {
            try await travel()
            if let trouble { try await world.clock.sleep(until: world.clock.now + trouble.delay) }
        } catch {
            if world.chance(0.5), !isDead.withLock({ $0 }) { _ = effect() }
            // Whoever is interrupted may say so, or report what the attempt before had come to.
            throw world.chance(0.5) ? WorkerError(.other, operation: operation, code: "interrupted") : error
        }
        if isDead.withLock({ $0 }) { throw CancellationError() }
        if isStore, let outage = world.faults.outage, outage.contains(Int(world.clock.now.components.seconds))
        {
            throw WorkerError(.unavailable, operation: operation, code: "outage")
        }
        if let kind = trouble?.error { throw WorkerError(kind, operation: operation, code: "trouble") }
        if world.chance(world.faults.failsBefore) {
            throw WorkerError(.unavailable, operation: operation, code: "before")
        }
        let answer = effect()
        if world.chance(world.faults.failsAfter) {
            throw WorkerError(.timedOut, operation: operation, code: "after")
        }
        try await travel()
        return answer
    }

    func travel() async throws {
        if isDead.withLock({ $0 }) { throw CancellationError() }
        let time = world.chance(world.faults.isSlow) ? world.pick(1000...15_000) : world.pick(1...40)
        try await world.clock.sleep(until: world.clock.now + .milliseconds(time))
    }
}

/// SQS: visibility, receive counts, newest handle counts, partial failure, duplicates.
struct ModelQueue: MessageQueue {
    let line: Line
    private var world: World { line.world }

    init(_ line: Line) { self.line = line }

    var deadline: Duration { .seconds(50) }

    func receive(_ count: Int, wait: Duration, visibility: Duration) async throws -> [Message] {
        let deadline = world.clock.now + wait
        world.model.withLock { $0.receiveCalls += 1 }
        while true {
            let got = try await line.call("ReceiveMessage") { take(count, visibility) }
            if !got.isEmpty || world.clock.now >= deadline || world.faults.isImpatient { return got }
            // Not more often than twice a second, as a queue that is asked by many cannot be.
            let next = max(world.clock.now + .milliseconds(500), world.nextVisible ?? deadline)
            try await world.arrivals.wait(until: min(deadline, next))
        }
    }

    private func take(_ count: Int, _ visibility: Duration) -> [Message] {
        let now = world.clock.now
        let duplicate = world.faults.duplicate
        return world.model.withLock { model in
            var got: [Message] = []
            let visible = model.messages.indices.filter {
                !model.messages[$0].isDeleted && model.messages[$0].visibleAt <= now
            }
            for index in visible.shuffled(using: &model.random).prefix(count) {
                model.lastHandle += 1
                model.messages[index].handle = "h\(model.lastHandle)"
                model.messages[index].holder = line.process
                model.messages[index].receiveCount += 1
                let isTwice = !model.isCalm && Double.random(in: 0..<1, using: &model.random) < duplicate
                model.messages[index].visibleAt = isTwice ? now + .milliseconds(50) : now + visibility
                let message = model.messages[index]
                got.append(
                    Message(
                        messageID: message.id, receiptHandle: message.handle, body: message.body,
                        receiveCount: message.receiveCount))
            }
            return got
        }
    }

    func delete(_ handles: [String]) async throws -> [BatchFailure] {
        let answer = try await line.call("DeleteMessageBatch") {
            handles.enumerated().compactMap { index, handle -> BatchFailure? in
                if world.chance(world.faults.refusal) {
                    return BatchFailure(
                        index: index, code: "InternalError", message: "", isSenderFault: false)
                }
                let now = world.clock.now
                return world.model.withLock { model -> BatchFailure? in
                    // An old handle: accepted, and nothing happens.
                    guard let found = model.messages.firstIndex(where: { $0.handle == handle }),
                        !model.messages[found].isDeleted
                    else { return nil }
                    model.messages[found].endings += world.checkDeletion(
                        model.messages[found], &model, now: now)
                    model.messages[found].isDeleted = true
                    return nil
                }
            }
        }
        let refused = Set(answer.map(\.index))
        world.model.withLock { model in
            for (index, handle) in handles.enumerated() where !refused.contains(index) {
                model.deletedHandles.insert(handle)
            }
        }
        return world.faults.sabotage == .lostRefusals ? [] : answer
    }

    func changeVisibility(_ changes: [VisibilityChange]) async throws -> [BatchFailure] {
        for change in changes where world.model.withLock({ $0.deletedHandles.contains(change.receiptHandle) })
        {
            world.violated("\(change.receiptHandle) is asked about after its delete was confirmed")
        }
        return try await line.call("ChangeMessageVisibilityBatch") {
            guard world.faults.sabotage != .deafHeartbeat else { return [] }
            return changes.enumerated().compactMap { index, change -> BatchFailure? in
                if world.chance(world.faults.refusal) {
                    return BatchFailure(
                        index: index, code: "InternalError", message: "", isSenderFault: false)
                }
                let now = world.clock.now
                return world.model.withLock { model -> BatchFailure? in
                    guard
                        let found = model.messages.firstIndex(where: {
                            $0.handle == change.receiptHandle && !$0.isDeleted && $0.visibleAt > now
                        })
                    else {
                        return BatchFailure(
                            index: index, code: "MessageNotInflight", message: "", isSenderFault: true)
                    }
                    model.messages[found].visibleAt = now + change.timeout
                    return nil
                }
            }
        }
    }
}

/// S3: strongly consistent, conditional puts, everything announced by whoever uploads.
struct ModelStore: ObjectStore {
    let line: Line
    private var world: World { line.world }

    init(_ line: Line) { self.line = line }

    func get(_ object: ObjectReference, maximumBytes: Int) async throws -> S3Object {
        if world.isBad(object) {
            try await line.travel()
            throw WorkerError(.encryption, operation: "GetObject \(object)", code: "KMS.DisabledException")
        }
        let found = try await line.call("GetObject \(object)", isStore: true) {
            world.model.withLock { $0.objects[object] }
        }
        guard let found else { throw WorkerError(.notFound, operation: "GetObject \(object)") }
        // A mark and a version.
        guard maximumBytes >= 5 else { throw WorkerError(.tooLarge, operation: "GetObject \(object)") }
        let mark = UInt8(found.isCorrupt ? 1 : 0)
        let version = (0..<4).map { UInt8(truncatingIfNeeded: found.version >> (8 * $0)) }
        return S3Object(head: ObjectHead(eTag: found.eTag), bytes: [mark] + version)
    }

    func head(_ object: ObjectReference) async throws -> ObjectHead? {
        try await line.call("HeadObject \(object)", isStore: true) {
            world.model.withLock { model in
                model.objects[object].map { ObjectHead(eTag: $0.eTag, metadata: $0.metadata) }
            }
        }
    }

    func tags(of object: ObjectReference) async throws -> [String: String] { [:] }

    func put(_ output: OutputObject, if condition: PutCondition) async throws {
        checkOwner(of: output.name)
        let isLazy = world.faults.sabotage == .lazyPut
        let isStored = try await line.call("PutObject \(output.name)", isStore: true) {
            if isLazy {
                world.after(milliseconds: 60_000) { _ = store(output, condition) }
                return true
            }
            return store(output, condition)
        }
        guard isStored else {
            throw WorkerError(.superseded, operation: "PutObject \(output.name)", code: "412")
        }
    }

    private func store(_ output: OutputObject, _ condition: PutCondition) -> Bool {
        let version = (1...4).reduce(0) { $0 | Int(output.bytes[$1]) << (8 * ($1 - 1)) }
        let now = world.clock.now
        let isConditional = world.faults.conditionalWrites
        return world.model.withLock { model in
            let old = model.objects[output.name]
            switch condition {
            case .none: break
            case .absent: guard old == nil else { return false }
            case .unchanged(let eTag): guard old?.eTag == eTag else { return false }
            }
            if isConditional, let old, old.version > version {
                model.violations.append(
                    "at \(now): \(output.name.key) goes back from v\(old.version) to v\(version)")
            }
            model.puts += 1
            model.objects[output.name] = World.Object(
                eTag: "o\(version)-\(output.name.key)", version: version, metadata: output.metadata)
            return true
        }
    }

    /// A put starts only while the queue, too, regards this process as the holder of the message. Checked where
    /// a key has one message, and the process has not been frozen between its own check and the put.
    private func checkOwner(of name: ObjectReference) {
        let faults = world.faults
        guard faults.overwrites == 0...0, faults.freezes == 0...0, faults.duplicate == 0 else { return }
        guard !line.isDead.withLock({ $0 }) else { return }
        let now = world.clock.now
        world.model.withLock { model in
            let messages = model.messages.filter { message in
                message.events.contains { World.outputs(of: $0.name).contains(name) }
            }
            guard messages.count == 1, let message = messages.first else { return }
            if message.holder != line.process || message.visibleAt <= now {
                model.violations.append(
                    "at \(now): process \(line.process) writes \(name.key) without owning \(message.id)")
            }
        }
    }
}

/// Takes virtual time, sometimes more than a visibility timeout, and refuses corrupt sources.
struct ModelEngine: PictureEngine {
    let line: Line
    var outputFormat: String { "sim" }
    var sizes: [Int] { World.sizes }
    var maximumBytes: Int { 100_000 }
    var timeLimit: Duration { .seconds(60) }

    func survey(_ bytes: [UInt8]) throws -> Survey {
        guard bytes.first == 0 else { throw WorkerError(.corrupt, operation: "survey", code: "corrupt") }
        let next = line.world.workingSets.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        return Survey(
            format: .jpeg, width: 1, height: 1, workingSetBytes: next ?? line.world.pick(1...9_000_000))
    }

    func pixelate(
        _ bytes: [UInt8], survey: Survey
    ) async throws -> (picture: PixelatedPicture, waited: Duration, computed: Duration) {
        let world = line.world
        let isLong = world.pick(0...9) == 0 && world.faults.hasLongWork
        let time = isLong ? world.pick(20_000...120_000) : world.pick(10...3000)
        try await world.clock.sleep(until: world.clock.now + .milliseconds(time))
        let outputs = World.sizes.map {
            EncodedOutput(size: $0, bytes: bytes, contentType: "image/jpeg")
        }
        return (PixelatedPicture(outputs: outputs), .zero, .zero)
    }
}

struct ModelQuarantine: Quarantine {
    let line: Line

    func store(_ record: QuarantineRecord, id: String) async throws {
        let now = line.world.clock.now
        if let outage = line.world.faults.quarantineOpening, outage.contains(Int(now.components.seconds)) {
            try await line.travel()
            throw WorkerError(.unavailable, operation: "SendMessage \(id)", code: "outage")
        }
        try await line.call("SendMessage \(id)") {
            line.world.checkReason(record)
            line.world.model.withLock { $0.quarantined[id] = record }
        }
    }
}
