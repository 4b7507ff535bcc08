// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The daemon with S3 servers that others wrote and that check every signature: Ceph's and OpenStack Swift's.
struct StoreTests {
    @Test(.enabled(if: Store.ceph.missing == nil, "\(Store.ceph.missing ?? "")"))
    func `pictures under every kind of key get their results in Ceph, which announces them itself`()
        async throws
    {
        try await everyKey(.ceph) { _ in }
    }

    @Test(.enabled(if: Store.swift.missing == nil, "\(Store.swift.missing ?? "")"))
    func `pictures under every kind of key get their results in OpenStack Swift`() async throws {
        // It refuses If-None-Match and If-Match of a PUT.
        try await everyKey(.swift) { $0.set("output", "conditionalWrites", to: false) }
    }

    @Test(.enabled(if: Store.ceph.missing == nil, "\(Store.ceph.missing ?? "")"))
    func `a result of an overwritten picture is refused by Ceph's own condition`() async throws {
        try await Cloud.run(store: .ceph) { cloud in
            let old = try await cloud.paint(480, 360, seed: 1)
            let new = try await cloud.paint(480, 360, seed: 2)
            let newest = try await cloud.reference(new)
            try await cloud.fault(.s3, "hold", ["method": "PUT", "path": "pixelated-8x8", "times": 1])
            let first = try await cloud.pixelated(name: "first")
            try await cloud.put("photos/a.jpeg", path: old)
            try await cloud.held(.s3)
            // Another one stores all of the newer picture's results while the old picture's first is on its way.
            let second = try await cloud.pixelated(name: "second")
            try await cloud.put("photos/a.jpeg", path: new)
            try await cloud.becomes("photos/pixelated-8x8-a.jpeg", newest["8"])
            try await cloud.clear(.s3)
            try await cloud.drained()
            let statuses = try await cloud.ask("requests", ["proxy": "s3"]).array.filter {
                $0["method"] == "PUT"
            }.map { $0["status"]?.int }
            #expect(statuses.contains(412))
            for n in [8, 16, 32, 48, 64] {
                #expect(try await cloud.digest("photos/pixelated-\(n)x\(n)-a.jpeg") == newest["\(n)"])
            }
            try await first.stops()
            try await second.stops()
        }
    }

    /// Each key's picture is fetched, and its results are stored under exactly the keys they should have.
    private func everyKey(_ store: Store, _ configure: (inout JSON) -> Void) async throws {
        try await Cloud.run(store: store) { cloud in
            var configuration = cloud.configuration
            configure(&configuration)
            let photo = try await cloud.paint(160, 120)
            let reference = try await cloud.reference(photo)
            let pixelated = try await cloud.pixelated(configuration)
            for key in Self.keys { try await cloud.put(key, path: photo) }
            let results = try await cloud.outputs(of: Self.keys)
            #expect(try await cloud.processed() == results.sorted())
            for result in results {
                let size = [8, 16, 32, 48, 64].first { result.contains("pixelated-\($0)x\($0)-") } ?? 0
                #expect(try await cloud.digest(result) == reference["\(size)"], "\(result)")
            }
            try await cloud.drained()
            #expect(try await cloud.counts(deadLetters: true) == (visible: 0, inFlight: 0))
            try await pixelated.stops()
        }
    }

    /// Every ASCII character that is neither letter nor digit, by itself and all in one, and what encoders, proxies
    /// and file systems are known to spoil.
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

extension Cloud {
    /// Waits until an object has the content.
    func becomes(_ key: String, _ digest: String?, within seconds: Double = 60) async throws {
        try await ask(
            "becomes",
            [
                "key": .string(key), "digest": digest.map { .string($0) } ?? .null,
                "within": .number(seconds),
            ])
    }
}
