// SPDX-License-Identifier: Apache-2.0

import AWS
import Scripted
import Support
import Worker

/// The network between a process and the services. A call travels to the service, has its effect there, and its answer
/// travels back. It may fail on either way.
struct FakeConnection: Sendable {
    /// A call in which the process is killed.
    struct CrashInCall: Sendable {
        var call: ServiceCall
        /// The number of calls up to the crash.
        var left: Int
        var isAfterEffect: Bool
    }

    let cloud: FakeCloud
    let process: Int
    /// True after a crash of the process: none of its calls has an effect any more.
    let isDead: Locked<Bool>
    let crashes = Locked<[CrashInCall]>([])
    /// The number of puts and pixelations in progress.
    let writing = Locked(0)
    let decoding = Locked(0)

    init(cloud: FakeCloud, process: Int, isDead: Locked<Bool>) {
        self.cloud = cloud
        self.process = process
        self.isDead = isDead
    }

    /// Makes a call. A call that is cancelled on its way may or may not have its effect.
    ///
    /// - Parameters:
    ///   - call: The kind of the call, for faults.
    ///   - object: The object of the call; nil when it has none.
    ///   - note: The rest of the name of the call, for scripted faults and the log.
    ///   - effect: The effect on the service.
    func call<Answer: Sendable>(
        _ call: ServiceCall, _ object: ObjectReference? = nil, note: String = "",
        _ effect: @Sendable () -> Answer
    ) async throws -> Answer {
        do {
            return try await makeCall(call, object, note: note, effect)
        } catch {
            if call.isOfStore, let object { cloud.failed(process, object) }
            throw error
        }
    }

    private func makeCall<Answer: Sendable>(
        _ call: ServiceCall, _ object: ObjectReference?, note: String, _ effect: @Sendable () -> Answer
    ) async throws -> Answer {
        // The records of the quarantine have names of their own.
        let named = call == .send ? nil : object
        func name() -> String { "\(call.rawValue)\(named.map { " \($0)" } ?? "")\(note)" }
        let fault = cloud.recordCall(name)
        let crash = crashes.withLock { crashes -> CrashInCall? in
            guard let index = crashes.firstIndex(where: { $0.call == call }) else { return nil }
            crashes[index].left -= 1
            return crashes[index].left == 0 ? crashes.remove(at: index) : nil
        }
        do {
            try await travel()
            if let fault { try await cloud.clock.sleep(until: cloud.clock.now + fault.delay) }
        } catch {
            if fault?.error == nil, cloud.chance(0.5), !isDead.withLock({ $0 }) {
                cloud.log.add("p\(process) \(name()) cancelled with its effect")
                _ = effect()
            }
            // A client that is cancelled may throw the error of its previous attempt instead.
            throw cloud.chance(0.5) ? WorkerError(.other, operation: name(), code: "interrupted") : error
        }
        if let crash, !crash.isAfterEffect { kill(name) }
        if isDead.withLock({ $0 }) { throw CancellationError() }
        if let error = failure(of: call) {
            cloud.log.add("p\(process) \(name()) fails: \(error.code)")
            throw WorkerError(error.kind, operation: name(), code: error.code)
        }
        if let kind = fault?.error { throw WorkerError(kind, operation: name(), code: "scripted") }
        if cloud.chance(cloud.faults.failsBefore) {
            cloud.log.note(.serverError)
            cloud.log.add("p\(process) \(name()) fails")
            throw WorkerError(.unavailable, operation: name(), code: "before")
        }
        let rule = cloud.rule(for: call, object)
        if let rule, rule.kind != .resetAfterEffect {
            cloud.log.note(Fact(rule.kind))
            cloud.log.add("p\(process) \(name()) fails: \(rule.kind)")
            if rule.kind == .timedOut {
                try await cloud.clock.sleep(until: cloud.clock.now + FaultRule.timeLimit)
            }
            throw WorkerError(rule.error, operation: name(), code: rule.kind.rawValue)
        }
        cloud.log.add("p\(process) \(name())")
        let answer = effect()
        if let crash, crash.isAfterEffect {
            kill(name)
            throw CancellationError()
        }
        if let rule {
            cloud.log.note(.resetAfterEffect)
            cloud.log.add("p\(process) \(name()) fails after its effect")
            throw WorkerError(rule.error, operation: name(), code: rule.kind.rawValue)
        }
        if cloud.chance(cloud.faults.failsAfter) {
            cloud.log.note(.resetAfterEffect)
            cloud.log.add("p\(process) \(name()) fails after its effect")
            throw WorkerError(.timedOut, operation: name(), code: "after")
        }
        try await travel()
        return answer
    }

    /// Returns the failure of a call that no rule determines; nil when it does not fail.
    private func failure(of call: ServiceCall) -> (kind: WorkerError.Kind, code: String)? {
        let faults = cloud.faults
        if call.isOfStore, let outage = faults.outage, outage.contains(cloud.second) {
            return (.unavailable, "outage")
        }
        if call.isOfStore, faults.failingStoreCalls > 0, cloud.chance(faults.failingStoreCalls) {
            return (.unavailable, "intermittent")
        }
        return nil
    }

    private func kill(_ name: () -> String) {
        cloud.log.add("p\(process) is killed in \(name())")
        isDead.withLock { $0 = true }
        cloud.killed.withLock { $0.append(process) }
    }

    /// Takes the time of one way, or never returns from a crashed process.
    func travel() async throws {
        if isDead.withLock({ $0 }) { throw CancellationError() }
        let isSlow = cloud.chance(cloud.faults.isSlow)
        if isSlow { cloud.log.note(.slow) }
        let time = isSlow ? cloud.pick(1000...15_000) : cloud.pick(1...40)
        try await cloud.clock.sleep(until: cloud.clock.now + .milliseconds(time))
    }
}
