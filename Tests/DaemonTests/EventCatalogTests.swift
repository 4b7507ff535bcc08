// SPDX-License-Identifier: Apache-2.0

import AWS
import Daemon
import Foundation
import Testing
import Worker

struct EventCatalogTests {
    private let events =
        DaemonEvent.allCases.map(\.rawValue) + WorkerEvent.allCases.map(\.rawValue)
        + AWSEvent.allCases.map(\.rawValue)

    @Test func `every event has a unique message ID, and every message ID has an event`() {
        #expect(Set(events) == Set(EventCatalog.messageIDs.keys))
        #expect(Set(EventCatalog.messageIDs.values).count == events.count)
        for id in EventCatalog.messageIDs.values {
            #expect(id.wholeMatch(of: /[0-9a-f]{32}/) != nil)
        }
    }

    @Test func `the catalog file explains every event`() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../systemd/pixelated.catalog")
        let text = try String(contentsOf: path, encoding: .utf8)
        for (event, id) in EventCatalog.messageIDs {
            #expect(text.contains("\n-- \(id)\nSubject: "), "\(event)")
            #expect(text.contains("\nEvent: \(event)\n"))
        }
    }
}
