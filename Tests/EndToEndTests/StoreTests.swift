// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests with other S3 servers that verify signatures: Ceph's object gateway and OpenStack Swift.
struct StoreTests {
    @Test(.enabled(if: Store.ceph.missingPrerequisite == nil, "\(Store.ceph.missingPrerequisite ?? "")"))
    func `pictures with special characters in their keys get all outputs in Ceph`()
        async throws
    {
        try await processAllKeys(.ceph) { _ in }
    }

    @Test(.enabled(if: Store.swift.missingPrerequisite == nil, "\(Store.swift.missingPrerequisite ?? "")"))
    func `pictures with special characters in their keys get all outputs in OpenStack Swift`() async throws {
        // Swift refuses If-None-Match and If-Match in PUT requests.
        try await processAllKeys(.swift) { $0.set("output", "conditionalWrites", to: false) }
    }

    @Test(.enabled(if: Store.ceph.missingPrerequisite == nil, "\(Store.ceph.missingPrerequisite ?? "")"))
    func `Ceph rejects the conditional write of an output of an overwritten picture`() async throws {
        try await LocalCloud.run(store: .ceph) { cloud in
            let old = try await cloud.paint(480, 360, seed: 1)
            let new = try await cloud.paint(480, 360, seed: 2)
            let newest = try await cloud.reference(new)
            try await cloud.fault(.s3, "hold", ["method": "PUT", "path": "pixelated-8x8", "times": 1])
            let first = try await cloud.pixelated(name: "first")
            try await cloud.put("photos/a.jpeg", path: old)
            try await cloud.waitForHeld(.s3)
            // The second daemon stores all outputs of the newer picture while the first PUT of the old one is held.
            let second = try await cloud.pixelated(name: "second")
            try await cloud.put("photos/a.jpeg", path: new)
            try await cloud.waitForContent("photos/pixelated-8x8-a.jpeg", newest["8"])
            try await cloud.clear(.s3)
            try await cloud.waitUntilEmpty()
            let statuses = try await cloud.request("requests", ["proxy": "s3"]).array.filter {
                $0["method"] == "PUT"
            }.map { $0["status"]?.int }
            #expect(statuses.contains(412))
            for n in [8, 16, 32, 48, 64] {
                #expect(try await cloud.digest("photos/pixelated-\(n)x\(n)-a.jpeg") == newest["\(n)"])
            }
            try await first.stop()
            try await second.stop()
        }
    }

    /// Processes a picture under each of `keys` and compares keys and contents of the outputs.
    private func processAllKeys(_ store: Store, _ configure: (inout JSON) -> Void) async throws {
        try await LocalCloud.run(store: store) { cloud in
            var configuration = cloud.configuration
            configure(&configuration)
            let photo = try await cloud.paint(160, 120)
            let reference = try await cloud.reference(photo)
            let pixelated = try await cloud.pixelated(configuration)
            for key in Self.keys { try await cloud.put(key, path: photo) }
            let outputs = try await cloud.outputs(of: Self.keys)
            #expect(try await cloud.processed() == outputs.sorted())
            for output in outputs {
                let size = [8, 16, 32, 48, 64].first { output.contains("pixelated-\($0)x\($0)-") } ?? 0
                #expect(try await cloud.digest(output) == reference["\(size)"], "\(output)")
            }
            try await cloud.waitUntilEmpty()
            #expect(try await cloud.counts(deadLetters: true) == (visible: 0, inFlight: 0))
            try await pixelated.stop()
        }
    }

    /// Keys with every ASCII punctuation character, alone and together, and with texts that encoders, proxies and file
    /// systems are known to change.
    static let keys =
        " !\"#$%&'()*+,-.:;<=>?@[\\]^_`{|}~".map { "each/\($0)\($0).jpg" } + [
            "all !\"#$%&'()*+,-.:;<=>?@[\\]^_`{|}~ .jpg", "a+b c.jpg", " leading and trailing /x. jpg ",
            "100%25 sure?.jpg", "%2B%20+ %.jpg", "%zz.jpg", "a=1&b=2?c#d.jpg", "quote'\"`.jpg",
            "e\u{301} and é.jpg", "日本/写真 1.JPG", "👩‍👩‍👧/😀.jpg", "\u{a0}\u{2028}\u{feff}.jpg", "tab\there.jpg",
            "a//b.jpg", "//two.jpg", "/one.jpg", "a/./b.jpg", "a/../b.jpg", "../up.jpg", "./here.jpg", "..",
            "...",
            "a/..", "no-extension", "~tilde~.jpg", String(repeating: "long/", count: 180) + "x.jpg",
        ]
}

extension LocalCloud {
    /// Waits until the SHA-256 of an output is `digest`.
    func waitForContent(_ key: String, _ digest: String?, within seconds: Double = 60) async throws {
        try await request(
            "becomes",
            [
                "key": .string(key), "digest": digest.map { .string($0) } ?? .null,
                "within": .number(seconds),
            ])
    }
}
