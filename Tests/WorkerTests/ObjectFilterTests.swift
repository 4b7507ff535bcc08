// SPDX-License-Identifier: Apache-2.0

import Support
import Testing
import Worker

@testable import WorkerSimulation

struct ObjectFilterTests {
    @Test(arguments: [
        ("photos/*", "photos/a.jpg", true), ("photos/*", "photos/", true), ("photos/*", "photo/a.jpg", false),
        ("*.jpg", "a/b/c.jpg", true), ("*.jpg", "c.jpeg", false), ("*.jpg", "c.JPG", false),
        ("photos/*.jpg", "photos/2026/07/x.jpg", true), ("a?c", "abc", true), ("a?c", "ac", false),
        ("a?c", "aüc", true), ("*", "", true), ("**", "x", true), ("a", "a", true), ("a", "ab", false),
        ("*a*b*c", "xxaxxbxxbxxc", true), ("*a*b*c", "xxbxxaxxc", false), ("*ab", "aab", true),
        ("日本/*", "日本/写真.jpg", true), ("", "", true),
    ])
    func `a pattern matches the whole key, as in IAM policies`(pattern: String, key: String, matches: Bool) {
        #expect(ObjectFilter(include: [pattern]).admits(key) == matches)
        #expect(ObjectFilter(exclude: [pattern]).admits(key) == !matches)
    }

    @Test func `an empty filter admits every key, and exclusion wins over inclusion`() {
        #expect(ObjectFilter().admits("anything"))
        let filter = ObjectFilter(include: ["photos/*", "*.jpg"], exclude: ["*/thumbnails/*"])
        #expect(filter.admits("photos/x.png") && filter.admits("x.jpg"))
        #expect(!filter.admits("x.png") && !filter.admits("photos/thumbnails/x.jpg"))
    }

    @Test func `a list of source buckets admits these and no others, and an empty list admits all`() {
        let filter = ObjectFilter(buckets: ["photos", "cat.pictures"])
        #expect(filter.admits(bucket: "photos") && filter.admits(bucket: "cat.pictures"))
        #expect(
            !filter.admits(bucket: "photo") && !filter.admits(bucket: "photos2") && !filter.admits(bucket: "")
        )
        #expect(ObjectFilter().admits(bucket: "photos"))
        #expect(ObjectFilter(buckets: ["photos", ""]).problems().map(\.field) == ["buckets[1]"])
    }

    @Test func `a pattern built for backtracking is matched fast`() {
        let pattern = String(repeating: "*a", count: 500) + "b"
        #expect(!ObjectFilter(include: [pattern]).admits(String(repeating: "a", count: 1024)))
    }

    @Test func `empty patterns and those longer than a key are problems with their names`() {
        let filter = ObjectFilter(include: ["*", ""], exclude: [String(repeating: "x", count: 1025)])
        #expect(filter.problems().map(\.field) == ["include[1]", "exclude[0]"])
    }

    @Test func `a message about an excluded key is deleted, and its source is not downloaded`() {
        let harness = WorkerHarness { $0.filter.exclude = ["drafts/*"] }
        harness.upload("drafts/a.jpg")
        harness.upload("b.jpg")
        harness.start()
        #expect(harness.run(150) { harness.messages.allSatisfy(\.isDeleted) })
        #expect(harness.calls("GetObject") == 1 && harness.calls("GetObject s3://in/b.jpg") == 1)
        #expect(harness.outputs.count == 5)
    }
}
