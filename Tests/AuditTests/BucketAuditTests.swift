// SPDX-License-Identifier: Apache-2.0

import AWS
import Audit
import FoundationEssentials
import S3Events
import Scripted
import Support
import Testing
import Worker

@Suite struct BucketAuditTests {
    /// The findings of an audit.
    private final class Findings {
        var states: [String: SourceStatus] = [:]
        var orphans: [String] = []
        var repeated = 0

        func add(_ finding: AuditFinding) {
            switch finding {
            case .source(let object, let state):
                if states.updateValue(state, forKey: object.key) != nil { repeated += 1 }
            case .orphan(let object): orphans.append(object.key)
            }
        }
    }

    @Test(arguments: 0..<24)
    func `an audit finds the state of each source and each orphan`(_ seed: UInt64) async throws {
        let world = AuditWorld(
            count: 150, depth: Int(seed % 4), pageSize: [1, 3, 10, 1000][Int(seed / 4 % 4)],
            prefix: seed % 2 == 0 ? "" : "out/{bucket}/", seed: seed)
        let findings = Findings()
        let end = try await BucketAudit(world.options, store: world.store).run(onFinding: findings.add)
        #expect(findings.repeated == 0)
        #expect(findings.states == world.states.filter { $0.value != .complete })
        #expect(Set(findings.orphans) == world.orphans && findings.orphans.count == world.orphans.count)
        #expect(end.totals.sources == world.states.count && end.phase == .done)
        #expect(end.totals.complete == world.states.values.count { $0 == .complete })
        #expect(end.requests == world.store.requests)
    }

    @Test(arguments: 0..<6)
    func `an audit of the listings finds what is missing or older than its source`(_ seed: UInt64)
        async throws
    {
        var world = AuditWorld(count: 150, depth: 2, pageSize: 10, seed: seed)
        let expected = world.states.compactMapValues { state -> SourceStatus? in
            switch state {
            case .stale(.source): .stale(.time)
            case .missing: state
            default: nil
            }
        }
        world = AuditWorld(count: 150, depth: 2, pageSize: 10, seed: seed)
        var options = world.options
        options.isFast = true
        let findings = Findings()
        let end = try await BucketAudit(options, store: world.store).run(onFinding: findings.add)
        #expect(findings.states == expected)
        #expect(end.requests.head == 0)
        #expect(world.orphans.isSubset(of: findings.orphans))
    }

    @Test func `the number of list requests is that of the pages of the sequences`() async throws {
        for depth in [0, 1, 3] {
            let world = AuditWorld(count: 3000, depth: depth, pageSize: 100, seed: 5)
            var options = world.options
            options.findsOrphans = false
            let end = try await BucketAudit(options, store: world.store).run { _ in }
            // 27 pages of sources, and about as many of outputs for each of three sizes and three endings.
            #expect((30...400).contains(end.requests.list), "\(depth): \(end.requests.list)")
        }
    }

    @Test(arguments: 0..<5)
    func `an audit that fails anywhere is continued from its checkpoint`(_ seed: UInt64) async throws {
        let world = AuditWorld(count: 300, depth: 2, pageSize: 20, seed: seed)
        let queue = FakeAuditQueue()
        let findings = Findings()
        var checkpoint: AuditCheckpoint?
        var runs = 0
        while checkpoint?.phase != .done, runs < 500 {
            runs += 1
            world.store.fail(after: runs % 50 == 0 ? nil : 150 + runs)
            let audit = BucketAudit(
                world.options, store: world.store,
                repair: .init(queue: queue, region: "eu-west-1", rate: 3000))
            do {
                checkpoint = try await audit.run(
                    from: checkpoint, onFinding: findings.add, onCheckpoint: { checkpoint = $0 })
            } catch is FakeAuditStore.Failure {}
        }
        #expect(runs > 2 && checkpoint?.phase == .done)
        let damaged = world.states.filter { $0.value.needsWork }
        #expect(findings.states == damaged)
        #expect(Set(findings.orphans) == world.orphans)
        #expect(Set(queue.received.map(\.key)) == Set(damaged.keys))
        #expect(queue.received.count == checkpoint?.totals.sent)
        #expect(checkpoint?.totals.sources == world.states.count)
    }

    @Test func `a repair sends the bucket, the key and the ETag of each source`() async throws {
        let world = AuditWorld(count: 120, depth: 2, pageSize: 50, seed: 9)
        let queue = FakeAuditQueue()
        _ = try await BucketAudit(
            world.options, store: world.store, repair: .init(queue: queue, region: "eu-west-1", rate: 3000)
        ).run { _ in }
        #expect(!queue.received.isEmpty)
        for event in queue.received {
            let head = try await world.store.head(ObjectReference(bucket: AuditWorld.source, key: event.key))
            #expect(event.bucket == AuditWorld.source && event.eTag == head?.eTag.map(ETag.unquoted))
            #expect(event.size == 1000 && event.sequencer == nil)
        }
    }

    @Test func `a failure in the quarantine sets only its own version aside`() async throws {
        let world = AuditWorld(count: 0, depth: 0, pageSize: 10, seed: 1)
        for key in ["same.jpg", "other.jpg", "untagged.jpg", "absent.jpg"] {
            world.store.put(key, in: AuditWorld.source, eTag: "now")
        }
        var index = SetAsideIndex()
        for (key, tag) in [("same.jpg", "now"), ("other.jpg", "before"), ("untagged.jpg", nil)] {
            index.add(try Self.record(key, eTag: tag))
        }
        let findings = Findings()
        // The index of an audit that continues is made of the failures in its checkpoint.
        index = SetAsideIndex(failures: index.failures)
        let end = try await BucketAudit(world.options, store: world.store, setAside: index).run(
            onFinding: findings.add)
        #expect(
            findings.states == [
                "same.jpg": .setAside("corrupt"), "untagged.jpg": .setAside("corrupt"),
                "other.jpg": .missing(3), "absent.jpg": .missing(3),
            ])
        #expect(end.totals.setAside == 2)
    }

    @Test func `the failures in a checkpoint set the same versions aside for an hour`() throws {
        var index = SetAsideIndex()
        for tag in ["one", "two", nil] { index.add(try Self.record("a.jpg", eTag: tag)) }
        let identity = AuditWorld(count: 0, depth: 0, pageSize: 10, seed: 1).options.identity
        var checkpoint = AuditCheckpoint(identity: identity)
        checkpoint.setAside = AuditCheckpoint.SetAside(index, unreadable: 2, time: 1000)
        let read = try AuditCheckpoint(json: try checkpoint.json(), identity: identity, name: "file")
        #expect(read == checkpoint && read.setAside?.unreadable == 2)
        #expect(SetAsideIndex(failures: read.setAside?.failures ?? []).failures == index.failures)
        #expect(index.failures.count == 3)
        for (time, isCurrent) in [(999.0, false), (1000, true), (4599, true), (4600, false)] {
            #expect(read.setAside?.isCurrent(at: time) == isCurrent)
        }
    }

    @Test func `a sample has the requested number of sources`() async throws {
        let world = AuditWorld(count: 400, depth: 1, pageSize: 30, seed: 3)
        var options = world.options
        options.sample = 50
        let findings = Findings()
        let end = try await BucketAudit(options, store: world.store).run(onFinding: findings.add)
        #expect(end.totals.sources + end.totals.ignored == 50 && end.totals.orphans == 0)
        for (key, state) in findings.states { #expect(world.states[key] == state) }
    }

    @Test func `the checkpoint of an audit with other options is refused`() throws {
        let world = AuditWorld(count: 0, depth: 0, pageSize: 10, seed: 1)
        let checkpoint = AuditCheckpoint(identity: world.options.identity)
        let json = try checkpoint.json()
        #expect(
            try AuditCheckpoint(json: json, identity: world.options.identity, name: "file") == checkpoint)
        var options = world.options
        options.sizes = [8]
        for bytes in [json, Array("{}".utf8), []] {
            let error = #expect(throws: AuditError.self) {
                try AuditCheckpoint(json: bytes, identity: options.identity, name: "file")
            }
            #expect(error?.kind == .checkpoint)
        }
    }

    static func record(_ key: String, eTag: String?) throws -> QuarantineRecord {
        let json = """
            {"quarantineVersion": 1, "body": "{}", "messageID": "id", "record": 0, "bucket": "\(AuditWorld.source)",
             "key": "\(key)", "eTag": \(eTag.map { "\"\($0)\"" } ?? "null"), "error": "corrupt",
             "errorCode": "corrupt", "reason": "the file is damaged", "receiveCount": 1, "host": "h", "version": "1",
             "milliseconds": {"wait": 0, "get": 0, "decode": 0, "put": 0, "total": 0}}
            """
        return try JSONDecoder().decode(QuarantineRecord.self, from: Data(json.utf8))
    }
}
