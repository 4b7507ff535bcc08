// SPDX-License-Identifier: Apache-2.0

import AWS

/// The sources of an audit, page by page: the listing of the bucket, its inventory, or a sample.
struct SourceListing {
    private enum Origin {
        case listing(after: String?)
        case inventory(InventorySources)
        case sample([ListedObject])
    }

    private let options: AuditOptions
    private let store: any AuditStore
    private var origin: Origin

    /// Makes the listing of the sources behind those of a checkpoint.
    ///
    /// - Throws: the errors of the store, and `AuditError`.
    init(_ options: AuditOptions, store: any AuditStore, from checkpoint: AuditCheckpoint) async throws {
        self.options = options
        self.store = store
        if let inventory = options.inventory {
            origin = .inventory(
                try await InventorySources(
                    inventory, options, store: store, skipping: checkpoint.totals.objects))
        } else {
            origin = .listing(after: checkpoint.after)
        }
        if let count = options.sample { origin = .sample(try await pick(count)) }
    }

    /// Returns the next sources, in the order of their keys; those of an inventory are in order within a page.
    ///
    /// - Throws: the errors of the store, and `AuditError`.
    mutating func next() async throws -> ObjectPage {
        switch origin {
        case .listing(let after):
            let page = try await store.page(of: options.bucket, prefix: options.prefix, after: after)
            origin = .listing(after: page.objects.last?.key)
            return page
        case .inventory(var sources):
            let page = try await sources.next()
            origin = .inventory(sources)
            return page
        case .sample(let objects):
            return ObjectPage(objects: objects, isLast: true)
        }
    }

    /// Picks sources at random, each with the same probability, and returns them in the order of their keys.
    ///
    /// The method is reservoir sampling (Vitter, "Random sampling with a reservoir", 1985, algorithm R).
    private mutating func pick(_ count: Int) async throws -> [ListedObject] {
        var (picked, seen): ([ListedObject], Int) = ([], 0)
        while true {
            let page = try await next()
            for object in page.objects {
                seen += 1
                if picked.count < count {
                    picked.append(object)
                } else {
                    let index = Int.random(in: 0..<seen)
                    if index < count { picked[index] = object }
                }
            }
            if page.isLast { break }
        }
        return picked.sorted { KeyOrder.precedes($0.key, $1.key) }
    }
}
