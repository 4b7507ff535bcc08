// SPDX-License-Identifier: Apache-2.0

import AWS
import Support

/// A credential source that returns the credentials that a test has set. While it is closed, fetches wait.
final class GatedSource: CredentialSource {
    struct State {
        var next: Credentials?
        var fetches = 0
        var isOpen = true
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// Credentials with a session token.
    static func keys(_ id: String, until expiration: Double?) -> Credentials? {
        Credentials(accessKeyID: id, secretAccessKey: "s", sessionToken: "t", expiration: expiration)
    }

    let name = "gated"
    let isStaticallyStable: Bool
    let state: Locked<State>

    init(_ first: Credentials?, isStaticallyStable: Bool = false) {
        self.isStaticallyStable = isStaticallyStable
        state = Locked(State(next: first))
    }

    var fetches: Int { state.withLock { $0.fetches } }

    func set(_ next: Credentials?) { state.withLock { $0.next = next } }
    func close() { state.withLock { $0.isOpen = false } }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for each in waiting { each.resume() }
    }

    func fetch() async throws(AWSError) -> Credentials {
        state.withLock { $0.fetches += 1 }
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
        guard let next = state.withLock({ $0.next }) else {
            throw AWSError(.noCredentials, operation: "credentials", resource: name, message: "scripted")
        }
        return next
    }
}
