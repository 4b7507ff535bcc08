// SPDX-License-Identifier: Apache-2.0

import AWS
import Scripted
import Support
import Worker

/// The quarantine as one process sees it.
struct FakeQuarantine: Quarantine {
    let connection: FakeConnection
    var replacesRecords = false

    func store(_ record: QuarantineRecord, of message: Message) async throws {
        let id = record.id
        if let outage = connection.cloud.faults.quarantineOutage, outage.contains(connection.cloud.second) {
            try await connection.travel()
            throw WorkerError(.unavailable, operation: "SendMessage \(id)", code: "outage")
        }
        try await connection.call(
            .send, record.key.map { ObjectReference(bucket: "in", key: $0) }, note: " \(id)"
        ) {
            connection.cloud.checkRecord(record)
            connection.cloud.state.withLock { $0.quarantined[id] = record }
        }
    }
}
