// SPDX-License-Identifier: Apache-2.0

import AWS
import S3Events
import Testing

@testable import Audit

@Suite struct RepairSenderTests {
    @Test func `no more events a second are sent than the rate`() async throws {
        let queue = FakeAuditQueue()
        var sender = RepairSender(queue, bucket: "pictures", region: "eu-west-1", rate: 20)
        let sources = (0..<60).map { ListedObject(key: "\($0).jpg", eTag: "e", size: 1000) }
        let begin = ContinuousClock.now
        _ = try await sender.send(sources)
        #expect(Set(queue.received.map(\.key)) == Set(sources.map(\.key)))
        // Nothing waits after the last batch, which has ten events.
        #expect(begin.duration(to: .now) >= .seconds(1) / 20 * (sources.count - 10))
    }
}
