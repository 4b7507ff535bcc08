// SPDX-License-Identifier: Apache-2.0

import AWS
import Audit
import Pixelation
import S3Events
import Scripted
import Worker

/// A source bucket and an output bucket with random contents, and the states of the sources by construction.
struct AuditWorld {
    static let source = "uploads"
    static let outputs = "pixelated"

    let store: FakeAuditStore
    /// The states of all sources by their keys, without those that are ignored.
    var states: [String: SourceStatus] = [:]
    var orphans: Set<String> = []
    let options: AuditOptions

    /// Makes a world with about `count` sources.
    ///
    /// - Parameter depth: the maximum number of folders above a source.
    init(count: Int, depth: Int, pageSize: Int, prefix: String = "", seed: UInt64) {
        var random = SplitMix(seed: seed)
        store = FakeAuditStore(pageSize: pageSize)
        var output = OutputOptions(bucket: Self.outputs, prefix: prefix)
        output.namePrefix = "pixelated-"
        options = AuditOptions(
            bucket: Self.source, output: output, filter: ObjectFilter(exclude: ["*.txt"]),
            sizes: [8, 16, 32],
            format: .same, outputFormat: "2-upright-accept")
        let names = [
            "a", "b", "pic", "pixel", "pixelated-8x8-", "z", "é", "e\u{301}", "q r", "-", "~", "\u{FFFD}",
        ]
        let endings = ["jpg", "png", "HEIC", "tiff", "txt", "jpeg.jpg"]
        for index in 0..<count {
            let folders = Int.random(in: 0...depth, using: &random)
            var key = ""
            for _ in 0..<folders { key += "\(names.randomElement(using: &random) ?? "")/" }
            key +=
                "\(names.randomElement(using: &random) ?? "")\(index).\(endings.randomElement(using: &random) ?? "")"
            add(key, &random)
        }
    }

    private mutating func add(_ key: String, _ random: inout SplitMix) {
        let exists = Int.random(in: 0..<10, using: &random) > 0
        let tag = "tag-\(Int.random(in: 0..<1_000_000, using: &random))"
        if exists { store.put(key, in: Self.source, eTag: tag, modified: 100) }
        if key.hasSuffix("/") { return }
        let event = ObjectEvent(bucket: Self.source, key: key)
        let isHEIC = key.hasSuffix("HEIC") || key.hasSuffix("tiff")
        guard
            let plan = try? OutputPlan(
                event, sizes: options.sizes,
                ending: isHEIC ? Bool.random(using: &random) ? "jpg" : "png" : nil,
                options: options.output)
        else { return }
        let isIgnored = !options.filter.admits(key)
        var state = SourceStatus.complete
        switch Int.random(in: 0..<6, using: &random) {
        case 0: state = .missing(3)
        case 1: state = .missing(1)
        case 2: state = .stale(.source)
        case 3: state = .stale(.recipe)
        default: break
        }
        for (index, name) in plan.outputs.enumerated() {
            if state == .missing(3) || state == .missing(1) && index == 1 { continue }
            let isChanged = index == 2
            store.put(
                name.key, in: Self.outputs, eTag: "x",
                modified: isChanged && state == .stale(.source) ? 50 : 200,
                metadata: [
                    "pixelated-source": OutputStamp.sourceName(event),
                    "pixelated-source-etag": isChanged && state == .stale(.source) ? "other" : tag,
                    "pixelated-output-format": isChanged && state == .stale(.recipe)
                        ? "1-upright-accept" : options.outputFormat,
                ])
            if !exists, options.filter.admits(key) { orphans.insert(name.key) }
        }
        if exists, !isIgnored { states[key] = state }
    }
}
