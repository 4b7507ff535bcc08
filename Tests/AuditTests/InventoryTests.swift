// SPDX-License-Identifier: Apache-2.0

import AWS
import Audit
import S3Events
import Scripted
import Support
import Testing
import Worker

@Suite struct InventoryTests {
    private static let manifest = ObjectReference(
        bucket: "inventories", key: "daily/2026-11-29/manifest.json")

    private static let time = "1970-01-01T00:01:40.000Z"

    /// Stores an inventory of the sources of a world in several files, with rows in random order, rows of old versions
    /// and deletions, and returns the options of an audit that reads it.
    private func storeInventory(
        of world: AuditWorld, files: Int, bucket: String = AuditWorld.source, seed: UInt64 = 1
    ) async throws -> AuditOptions {
        var random = SplitMix(seed: seed)
        var rows: [String] = []
        let objects = try await world.store.page(of: AuditWorld.source, prefix: "", after: nil).objects
        for object in objects {
            let key = object.key.utf8.map { byte in
                // Letters, digits and the slash stay as they are.
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "/")
                    ? String(UnicodeScalar(byte)) : byte == UInt8(ascii: " ") ? "+" : "%" + hex(byte)
            }.joined()
            func row(_ eTag: String, isLatest: Bool = true, isDeleted: Bool = false) -> String {
                let version = "\"\(isLatest)\",\"\(isDeleted)\""
                return "\"\(bucket)\",\"\(key)\",\(version),\"1000\",\"\(Self.time)\",\"\(eTag)\""
            }
            rows.append(row(object.eTag ?? ""))
            if Bool.random(using: &random) { rows.append(row("old", isLatest: false)) }
        }
        rows.append("\"\(bucket)\",\"deleted.jpg\",\"true\",\"true\",\"\",\"\(Self.time)\",\"\"")
        rows.shuffle(using: &random)
        var names: [String] = []
        for index in 0..<files {
            let part = rows[(rows.count * index / files)..<(rows.count * (index + 1) / files)]
            let file = GzipFile.compressed(Array(part.map { $0 + "\n" }.joined().utf8))
            let key = "data/\(index).csv.gz"
            world.store.put(file, as: ObjectReference(bucket: Self.manifest.bucket, key: key))
            names.append("{\"key\": \"\(key)\", \"size\": \(file.count), \"MD5checksum\": \"x\"}")
        }
        put(manifest: world, files: names)
        var options = world.options
        options.inventory = Self.manifest
        return options
    }

    private func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    private func put(
        manifest world: AuditWorld, files: [String], format: String = "CSV",
        bucket: String = AuditWorld.source
    ) {
        let text = """
            {"sourceBucket": "\(bucket)", "destinationBucket": "arn:aws:s3:::inventories", "version": "2016-11-30",
             "creationTimestamp": "1514944800000", "fileFormat": "\(format)",
             "fileSchema": "Bucket, Key, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag",
             "files": [\(files.joined(separator: ", "))]}
            """
        world.store.put(Array(text.utf8), as: Self.manifest)
    }

    /// Runs an audit and returns its findings and its last checkpoint.
    private func findings(
        _ options: AuditOptions, _ world: AuditWorld
    ) async throws -> (states: [String: SourceStatus], end: AuditCheckpoint) {
        var states: [String: SourceStatus] = [:]
        let end = try await BucketAudit(options, store: world.store).run { finding in
            if case .source(let object, let state) = finding { states[object.key] = state }
        }
        return (states, end)
    }

    @Test(arguments: 0..<6)
    func `an audit of an inventory finds what an audit of the listing finds`(_ seed: UInt64) async throws {
        let world = AuditWorld(count: 200, depth: 2, pageSize: 1000, seed: seed)
        let options = try await storeInventory(of: world, files: Int(seed % 3) + 1, seed: seed)
        let (states, end) = try await findings(options, world)
        #expect(states == world.states.filter { $0.value != .complete })
        #expect(end.totals.sources == world.states.count)
        #expect(end.totals.orphans == world.orphans.count)
        #expect(end.requests.get == Int(seed % 3) + 2)
    }

    @Test func `an audit reads no part of an inventory again that its estimate has read`() async throws {
        let world = AuditWorld(count: 200, depth: 2, pageSize: 1000, seed: 3)
        let options = try await storeInventory(of: world, files: 2)
        let cache = InventoryCache(world.store)
        let estimate = try await AuditEstimate(options, store: cache)
        #expect(estimate.isComplete && world.store.requests.get == 3)
        cache.endKeeping()
        for reads in [3, 6] {
            let end = try await BucketAudit(options, store: cache).run { _ in }
            #expect(end.totals.sources == world.states.count && world.store.requests.get == reads)
        }
    }

    @Test func `objects that were replaced or deleted after the inventory are those of now`() async throws {
        let world = AuditWorld(count: 200, depth: 1, pageSize: 1000, seed: 4)
        var options = try await storeInventory(of: world, files: 2)
        options.findsOrphans = false
        var expected = world.states
        let keys = world.states.keys.sorted()
        for (index, key) in keys.enumerated() {
            switch index % 5 {
            case 0:
                world.store.put(key, in: AuditWorld.source, eTag: "newer")
                // The outputs are those of the version in the inventory, or missing.
                if expected[key] == .complete || expected[key] == .stale(.recipe) { expected[key] = nil }
            case 1:
                world.store.remove(key, from: AuditWorld.source)
                if expected[key] != .complete { expected[key] = nil }
            default: break
            }
        }
        let (states, _) = try await findings(options, world)
        let replaced = Set(keys.enumerated().filter { $0.offset % 5 == 0 }.map(\.element))
        #expect(
            states.filter { !replaced.contains($0.key) }
                == expected.filter { $0.value != .complete && !replaced.contains($0.key) })
        for key in replaced {
            // Complete outputs of the version in the inventory are not looked at again; others are stale or missing.
            #expect(world.states[key] == .complete ? states[key] == nil : states[key]?.needsWork == true)
        }
    }

    @Test func `outputs of a version after that of the inventory are complete`() async throws {
        let world = AuditWorld(count: 0, depth: 0, pageSize: 1000, seed: 1)
        world.store.put("a.jpg", in: AuditWorld.source, eTag: "old")
        let options = try await storeInventory(of: world, files: 1)
        world.store.put("a.jpg", in: AuditWorld.source, eTag: "new")
        let source = OutputStamp.sourceName(ObjectEvent(bucket: AuditWorld.source, key: "a.jpg"))
        for size in [8, 16, 32] {
            world.store.put(
                "pixelated-\(size)x\(size)-a.jpg", in: AuditWorld.outputs, eTag: "x",
                metadata: [
                    "pixelated-source": source, "pixelated-source-etag": "new",
                    "pixelated-output-format": world.options.outputFormat,
                ])
        }
        let (states, end) = try await findings(options, world)
        #expect(states.isEmpty && end.totals.complete == 1)
    }

    @Test func `an audit of an inventory that fails anywhere is continued from its checkpoint`() async throws
    {
        let world = AuditWorld(count: 300, depth: 2, pageSize: 1000, seed: 8)
        let options = try await storeInventory(of: world, files: 3)
        let queue = FakeAuditQueue()
        var checkpoint: AuditCheckpoint?
        var runs = 0
        while checkpoint?.phase != .done, runs < 500 {
            runs += 1
            world.store.fail(after: runs % 50 == 0 ? nil : 150 + runs)
            let audit = BucketAudit(
                options, store: world.store, repair: .init(queue: queue, region: "eu-west-1", rate: 3000))
            do {
                checkpoint = try await audit.run(
                    from: checkpoint, onFinding: { _ in }, onCheckpoint: { checkpoint = $0 })
            } catch is FakeAuditStore.Failure {}
        }
        #expect(runs > 2)
        #expect(Set(queue.received.map(\.key)) == Set(world.states.filter { $0.value.needsWork }.keys))
        #expect(checkpoint?.totals.sources == world.states.count)
    }

    @Test func `an inventory that cannot be read is refused with the reason`() async throws {
        let world = AuditWorld(count: 20, depth: 0, pageSize: 1000, seed: 2)
        let data = ObjectReference(bucket: Self.manifest.bucket, key: "data/0.csv.gz")
        func refusal(_ spoil: () -> Void) async throws -> String {
            let options = try await storeInventory(of: world, files: 1)
            spoil()
            let error = await #expect(throws: AuditError.self) { try await findings(options, world) }
            #expect(error?.kind == .inventory)
            return error?.detail ?? ""
        }
        let entry = "{\"key\": \"data/0.csv.gz\", \"size\": 1}"
        var text = try await refusal { world.store.put(Array("{}".utf8), as: Self.manifest) }
        #expect(text.contains("manifest.json"))
        text = try await refusal { put(manifest: world, files: [entry], format: "Parquet") }
        #expect(text.contains("format CSV"))
        text = try await refusal { put(manifest: world, files: [entry], bucket: "other") }
        #expect(text.contains("other"))
        text = try await refusal { world.store.put(Array("no gzip".utf8), as: data) }
        #expect(text.contains("corrupt"))
        text = try await refusal {
            world.store.put(GzipFile.compressed(Array("\"a\",\"b\"\n".utf8)), as: data)
        }
        #expect(text.contains("row 1 has 2 columns"))
        let long = Array(repeating: UInt8(ascii: "x"), count: 1 << 20)
        text = try await refusal { world.store.put(GzipFile.compressed(long), as: data) }
        #expect(text.contains("longer than"))
        let foreign = "\"else\",\"a\",\"true\",\"false\",\"1\",\"\",\"t\"\n"
        text = try await refusal { world.store.put(GzipFile.compressed(Array(foreign.utf8)), as: data) }
        #expect(text.contains("the bucket else"))
        let encoded = "\"\(AuditWorld.source)\",\"%zz\",\"true\",\"false\",\"1\",\"\",\"t\"\n"
        text = try await refusal { world.store.put(GzipFile.compressed(Array(encoded.utf8)), as: data) }
        #expect(text.contains("percent encoding"))
    }
}
