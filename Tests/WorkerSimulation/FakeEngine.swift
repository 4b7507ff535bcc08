// SPDX-License-Identifier: Apache-2.0

import Pixelation
import Scripted
import Support
import Worker

/// An engine that takes virtual time, sometimes more than a visibility timeout, and refuses corrupt sources. Its
/// outputs are copies of the source.
struct FakeEngine: PictureEngine {
    let connection: FakeConnection
    var outputFormat: String { "sim" }
    var sizes: [Int] { FakeCloud.sizes }
    var maximumBytes: Int { 100_000 }
    var timeLimit: Duration { .seconds(60) }

    func likelyEnding(forSource key: String) -> String? { nil }

    func survey(_ bytes: [UInt8]) throws -> Survey {
        guard bytes.first == 0 else { throw WorkerError(.corrupt, operation: "survey", code: "corrupt") }
        let next = connection.cloud.workingSets.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        return Survey(
            format: .jpeg, width: 1, height: 1, workingSetBytes: next ?? connection.cloud.pick(1...9_000_000))
    }

    func pixelate(
        _ bytes: [UInt8], survey: Survey
    ) async throws -> (picture: PixelatedPicture, waited: Duration, computed: Duration) {
        let cloud = connection.cloud
        if let fault = cloud.recordCall({ "Pixelate" }) {
            try await cloud.clock.sleep(until: cloud.clock.now + fault.delay)
            if let kind = fault.error { throw WorkerError(kind, operation: "pixelating") }
        }
        let isLong = cloud.pick(0...9) == 0 && cloud.faults.hasLongWork
        if isLong { cloud.log.note(.longWork) }
        let time =
            cloud.milliseconds(ofContent: FakeStore.content(of: bytes))
            ?? (isLong ? cloud.pick(20_000...120_000) : cloud.pick(10...3000))
        let version = FakeStore.version(of: bytes)
        let name = cloud.begin(.decoding, ofVersion: version)
        let decoding = connection.decoding
        decoding.withLock { $0 += 1 }
        defer {
            cloud.end(.decoding, of: name)
            decoding.withLock { $0 -= 1 }
        }
        try await cloud.clock.sleep(until: cloud.clock.now + .milliseconds(time))
        let outputs = FakeCloud.sizes.map {
            EncodedOutput(size: $0, bytes: bytes, contentType: "image/jpeg")
        }
        return (PixelatedPicture(outputs: outputs), .zero, .zero)
    }
}
