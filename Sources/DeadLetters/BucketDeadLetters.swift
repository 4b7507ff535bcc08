// SPDX-License-Identifier: Apache-2.0

import AWS

/// The dead letters under a prefix of a bucket, one for each object whose key ends in `.json` and whose content is a
/// quarantine record.
package struct BucketDeadLetters: DeadLetterStore {
    private let bucket: any QuarantineBucket
    /// The objects of the current page that were not read yet, the next one at the end.
    private var rest: [ListedObject] = []
    private var after: String?
    private var isLastPage = false
    package private(set) var otherObjects = 0
    package let isIncomplete = false

    package init(_ bucket: any QuarantineBucket) { self.bucket = bucket }

    package mutating func next() async throws -> [DeadLetter] {
        while true {
            if rest.isEmpty {
                if isLastPage { return [] }
                let page = try await bucket.page(after: after)
                (after, isLastPage) = (page.objects.last?.key, page.isLast)
                rest = page.objects.filter { $0.key.hasSuffix(".json") }.reversed()
            }
            let objects = Array(rest.suffix(SQSClient.batchLimit).reversed())
            rest.removeLast(objects.count)
            let letters = try await letters(in: objects)
            otherObjects += objects.count - letters.count
            if !letters.isEmpty { return letters }
        }
    }

    private func letters(in objects: [ListedObject]) async throws -> [DeadLetter] {
        let letters = try await withThrowingTaskGroup { group in
            for object in objects {
                group.addTask { [bucket] () -> DeadLetter? in
                    guard let content = try await bucket.content(of: object.key) else { return nil }
                    let letter = DeadLetter(id: object.key, body: content, time: object.modified)
                    return letter.record == nil ? nil : letter
                }
            }
            var letters: [DeadLetter] = []
            for try await letter in group { if let letter { letters.append(letter) } }
            return letters
        }
        return letters.sorted { $0.id < $1.id }
    }

    package func renew() {}

    package func remove(_ ids: [String]) async throws -> [String: String] {
        for id in ids { try await bucket.delete(id) }
        return [:]
    }

    package func close() {}
}
