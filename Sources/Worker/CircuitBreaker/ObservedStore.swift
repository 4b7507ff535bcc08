// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Support

/// The store as the job of one message uses it. It reports each request to the circuit breaker.
///
/// Something between the worker and the store can answer downloads during an outage. A download therefore counts as a
/// success when its bytes are verified, or when an output has been made from them and is uploaded.
final class ObservedStore: ObjectStore {
    private struct State {
        /// The request whose failure counts as that of this attempt: the latest failed one, unless the request of the
        /// previous attempt has failed again.
        var failure: RequestHistory.Request?
        /// The failed request of the previous attempt.
        var previousFailure: RequestHistory.Request?
        var isReported = false
        /// The latest download in this attempt.
        var download: RequestHistory.Request?
        /// True when the latest download has not been reported as a success yet.
        var isDownloadPending = false
    }

    private let store: any ObjectStore
    private let breaker: CircuitBreaker
    private let lease: LeaseManagerState.ID
    private let clock: any WorkerClock
    private let state = Locked(State())

    init(
        _ store: any ObjectStore, of lease: LeaseManagerState.ID, breaker: CircuitBreaker,
        clock: any WorkerClock
    ) {
        self.store = store
        self.breaker = breaker
        self.lease = lease
        self.clock = clock
    }

    /// True when a failure of the message was reported to the circuit breaker.
    var isReported: Bool { state.withLock { $0.isReported } }

    func markReported() { state.withLock { $0.isReported = true } }

    /// Returns the request because of which an attempt has failed: a failed one, otherwise the latest download, whose
    /// bytes were not those of the source. The next attempt begins without any.
    func takeFailure() -> RequestHistory.Request {
        state.withLock { state in
            let request = state.failure ?? state.download ?? RequestHistory.Request(.read, began: clock.now)
            (state.failure, state.download, state.isDownloadPending) = (nil, nil, false)
            state.previousFailure = request
            return request
        }
    }

    func get(
        _ object: ObjectReference, maximumBytes: Int, onNewConnection: Bool
    ) async throws -> S3Object {
        let request = RequestHistory.Request(.read, of: "\(object)", began: clock.now)
        return try await observe(request, isSuccess: \.isVerified) {
            let found = try await store.get(
                object, maximumBytes: maximumBytes, onNewConnection: onNewConnection)
            state.withLock { ($0.download, $0.isDownloadPending) = (request, !found.isVerified) }
            return found
        }
    }

    func head(_ object: ObjectReference) async throws -> ObjectHead? {
        try await observe(.inspect, object) { try await store.head(object) }
    }

    func tags(of object: ObjectReference) async throws -> [String: String] {
        // The tags and the metadata of an object need different permissions.
        let request = RequestHistory.Request(.inspect, of: "tags of \(object)", began: clock.now)
        return try await observe(request, isSuccess: { _ in true }) { try await store.tags(of: object) }
    }

    func put(_ output: OutputObject, if condition: PutCondition) async throws {
        let download = state.withLock { state in
            defer { state.isDownloadPending = false }
            return state.isDownloadPending ? state.download : nil
        }
        if let download { breaker.succeeded(lease, download) }
        try await observe(.write, output.name) { try await store.put(output, if: condition) }
    }

    private func observe<Value>(
        _ operation: RequestHistory.Operation, _ object: ObjectReference, _ call: () async throws -> Value
    ) async throws -> Value {
        let request = RequestHistory.Request(operation, of: "\(object)", began: clock.now)
        return try await observe(request, isSuccess: { _ in true }, call)
    }

    private func observe<Value>(
        _ request: RequestHistory.Request, isSuccess: (Value) -> Bool, _ call: () async throws -> Value
    ) async throws -> Value {
        breaker.began(lease, at: request.began)
        do {
            let value = try await call()
            breaker.ended(lease, request, isSuccess: isSuccess(value))
            return value
        } catch {
            let kind = (error as? WorkerError)?.kind
            let isAnswer = request.operation != .write && kind?.provesReading == true
            breaker.ended(lease, request, isSuccess: isAnswer)
            // A cancelled call can fail with any error.
            if kind != nil && !isAnswer && !Task.isCancelled {
                state.withLock { state in
                    let isRepeated = state.failure.flatMap { state.previousFailure?.isSame(as: $0) } ?? false
                    if !isRepeated { state.failure = request }
                }
            }
            throw error
        }
    }
}

extension WorkerError.Kind {
    /// True when the error is the answer of the store about one object, so that it proves that the store can be read. A
    /// refusal does not prove it, because all sources can be refused.
    fileprivate var provesReading: Bool {
        switch self {
        case .notFound, .superseded, .archived, .tooLarge: true
        default: false
        }
    }
}
