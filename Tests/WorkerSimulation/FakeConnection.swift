// SPDX-License-Identifier: Apache-2.0

import Scripted
import Support
import Worker

/// The network between a process and the services. A call travels to the service, has its effect there, and its answer
/// travels back. It may fail on either way.
struct FakeConnection: Sendable {
    let cloud: FakeCloud
    let process: Int
    /// True after a crash of the process: none of its calls has an effect any more.
    let isDead: Locked<Bool>

    /// Makes a call. A call that is cancelled on its way may or may not have its effect.
    ///
    /// - Parameters:
    ///   - operation: The name of the call, for scripted faults and for counting.
    ///   - isStore: True for calls that fail in an outage of the store.
    ///   - effect: The effect on the service.
    func call<Answer: Sendable>(
        _ operation: String, isStore: Bool = false, _ effect: @Sendable () -> Answer
    ) async throws -> Answer {
        let fault = cloud.recordCall(operation)
        do {
            try await travel()
            if let fault { try await cloud.clock.sleep(until: cloud.clock.now + fault.delay) }
        } catch {
            if fault?.error == nil, cloud.chance(0.5), !isDead.withLock({ $0 }) { _ = effect() }
            // A client that is cancelled may throw the error of its previous attempt instead.
            throw cloud.chance(0.5) ? WorkerError(.other, operation: operation, code: "interrupted") : error
        }
        if isDead.withLock({ $0 }) { throw CancellationError() }
        if isStore, let outage = cloud.faults.outage, outage.contains(Int(cloud.clock.now.components.seconds))
        {
            throw WorkerError(.unavailable, operation: operation, code: "outage")
        }
        if isStore, cloud.faults.failingStoreCalls > 0, cloud.chance(cloud.faults.failingStoreCalls) {
            throw WorkerError(.unavailable, operation: operation, code: "intermittent")
        }
        if let kind = fault?.error { throw WorkerError(kind, operation: operation, code: "scripted") }
        if cloud.chance(cloud.faults.failsBefore) {
            throw WorkerError(.unavailable, operation: operation, code: "before")
        }
        let answer = effect()
        if cloud.chance(cloud.faults.failsAfter) {
            throw WorkerError(.timedOut, operation: operation, code: "after")
        }
        try await travel()
        return answer
    }

    /// Takes the time of one way, or never returns from a crashed process.
    func travel() async throws {
        if isDead.withLock({ $0 }) { throw CancellationError() }
        let time = cloud.chance(cloud.faults.isSlow) ? cloud.pick(1000...15_000) : cloud.pick(1...40)
        try await cloud.clock.sleep(until: cloud.clock.now + .milliseconds(time))
    }
}
