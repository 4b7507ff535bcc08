// SPDX-License-Identifier: Apache-2.0

import AWS
import DeadLetters
import Decoding
import Pixelation
import Support
import Testing
import Worker

struct EngineTrialTests {
    /// A BMP file of 2 by 2 pixels of 24 bits.
    private static let picture: [UInt8] =
        [0x42, 0x4D, 70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 24, 0]
        + [UInt8](repeating: 0, count: 4) + [16, 0, 0, 0] + [UInt8](repeating: 0, count: 16)
        + [1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0]

    private static let store = FakeSources(
        objects: [
            "a.bmp": picture, "cut.bmp": Array(picture.prefix(60)), "text.bmp": Array("text".utf8),
            "folder/": [], "drafts/a.bmp": picture,
        ],
        failures: ["denied.bmp": .accessDenied, "slow.bmp": .throttled, "keys.bmp": .credentials])

    private static func trial(
        store: FakeSources = EngineTrialTests.store, _ change: (inout WorkerOptions) -> Void = { _ in }
    ) -> EngineTrial {
        var options = WorkerOptions()
        options.output.bucket = "outputs"
        change(&options)
        let pixelator = Pixelator(PixelationOptions(), reducer: InProcessReducer())
        return EngineTrial(
            store: store, engine: PooledPixelator(pixelator, options: options),
            quarantine: BucketQuarantine(store: store, bucket: "outputs", prefix: "q/"), options: options)
    }

    private static func letter(_ keys: String...) -> DeadLetter {
        let records = keys.map { key in
            LetterBodies.notification(key).dropFirst(#"{"Records":["#.count).dropLast(2)
        }
        return DeadLetter(id: "1", body: #"{"Records":["# + records.joined(separator: ",") + "]}")
    }

    @Test func `a letter passes when each of its sources can be pixelated`() async throws {
        #expect(try await Self.trial().obstacle(of: Self.letter("a.bmp", "drafts/a.bmp")) == nil)
        let obstacle = try await Self.trial().obstacle(of: Self.letter("a.bmp", "cut.bmp"))
        #expect(obstacle?.failure == Failure(error: "corrupt", code: "truncated"))
    }

    @Test(arguments: [
        ("cut.bmp", "corrupt (truncated)"), ("text.bmp", "unsupported (not-an-image)"),
        ("gone.bmp", "not-found (NoSuchKey)"), ("denied.bmp", "access-denied (Code)"),
        ("slow.bmp", "throttled (Code)"), ("folder/", "nothing-to-do"),
    ])
    func `a letter stays with the failure of its source`(_ key: String, _ failure: String) async throws {
        let obstacle = try await Self.trial().obstacle(of: Self.letter(key))
        #expect(obstacle?.failure.description == failure)
        #expect(obstacle?.reason.isEmpty == false)
    }

    @Test func `only the source that the record of a failure selects is tried`() async throws {
        let body = Self.letter("cut.bmp", "a.bmp").body
        for (index, failure) in [(0, "corrupt (truncated)"), (1, nil)] {
            let record = try LetterBodies.record(.corrupt, code: "x", key: "x", body: body, index: index)
            let obstacle = try await Self.trial().obstacle(of: DeadLetter(id: "1", body: record))
            #expect(obstacle?.failure.description == failure)
        }
    }

    @Test func `a letter that the worker would skip or refuse today stays`() async throws {
        let filtered = Self.trial { $0.filter.exclude = ["drafts/*"] }
        let excluded = try await filtered.obstacle(of: Self.letter("drafts/a.bmp"))
        #expect(excluded?.failure.error == "nothing-to-do")
        #expect(try await filtered.obstacle(of: Self.letter("a.bmp")) == nil)
        let elsewhere = Self.trial { $0.filter.buckets = ["others"] }
        let refused = try await elsewhere.obstacle(of: Self.letter("a.bmp"))
        #expect(refused?.failure.error == "bucket-not-allowed")
        let own = Self.trial { $0.output.bucket = "pictures" }
        let output = try await own.obstacle(of: Self.letter("pixelated-8x8-a.bmp"))
        #expect(output?.failure.error == "nothing-to-do")
        let tags = try await Self.trial { $0.output.copyTags = true }.obstacle(of: Self.letter("a.bmp"))
        #expect(tags?.failure.error == "access-denied")
    }

    @Test(arguments: ["no JSON", "{}", #"{"Records":[{}]}"#])
    func `a body that is not understood stays`(_ body: String) async throws {
        let obstacle = try await Self.trial().obstacle(of: DeadLetter(id: "1", body: body))
        #expect(obstacle?.failure.error == "not-understood")
    }

    @Test func `a collision of outputs lasts while the first output is that of another source`() async throws
    {
        let body = Self.letter("a.bmp").body
        let record = try LetterBodies.record(
            .outputCollision, code: "output-collision", key: "a.bmp", body: body)
        let letter = DeadLetter(id: "1", body: record)
        #expect(try await Self.trial().obstacle(of: letter) == nil)
        var store = Self.store
        // The outputs of opaque BMP files are JPEG files.
        store.metadata["pixelated-8x8-a.bmp.jpg"] = [
            "pixelated-source": "others/a.bmp", "pixelated-source-etag": "e",
            "pixelated-output-format": "2",
        ]
        let obstacle = try await Self.trial(store: store).obstacle(of: letter)
        #expect(obstacle?.failure.error == "output-collision")
        #expect(try await Self.trial(store: store).obstacle(of: Self.letter("a.bmp")) == nil)
    }

    @Test func `missing credentials end the replay`() async throws {
        let error = await #expect(throws: WorkerError.self) {
            _ = try await Self.trial().obstacle(of: Self.letter("keys.bmp"))
        }
        #expect(error?.kind == .credentials)
    }
}
