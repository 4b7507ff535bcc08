// SPDX-License-Identifier: Apache-2.0

import AWS
import Scripted
import Support
import Worker

/// The quarantine as one process sees it.
struct FakeQuarantine: Quarantine {
    let connection: FakeConnection
    var replacesRecords = false

    func store(_ record: QuarantineRecord, of message: Message, id: String) async throws {
        let now = connection.cloud.clock.now
        if let outage = connection.cloud.faults.quarantineOutage, outage.contains(Int(now.components.seconds))
        {
            try await connection.travel()
            throw WorkerError(.unavailable, operation: "SendMessage \(id)", code: "outage")
        }
        try await connection.call("SendMessage \(id)") {
            connection.cloud.checkRecord(record)
            connection.cloud.state.withLock { $0.quarantined[id] = record }
        }
    }
}
