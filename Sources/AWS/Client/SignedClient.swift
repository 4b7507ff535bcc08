// SPDX-License-Identifier: Apache-2.0

import Digests
import HTTP
import Logging
import SigV4
import Support

/// The one road to AWS: takes credentials, signs, sends, judges the answer and tries again while that may
/// help.
package struct SignedClient: Sendable {
    let transport: any Transport
    /// Nil when nothing is signed.
    let credentials: CredentialCache?
    let maxAttempts: Int
    let surroundings: HostEnvironment
    let skew: ClockSkew
    let quota: RetryQuota
    let keys: SigningKeys
    let logger: Logger

    private var clock: any AWSClock { surroundings.clock }

    /// Sends `call` until it succeeds, cannot succeed, or has used up its attempts, its time or the retry
    /// quota.
    ///
    /// - Throws: `AWSError` of the last attempt.
    func send(_ call: APIRequest) async throws(AWSError) -> Response {
        var progress = Progress(start: clock.uptime(), identifier: identifier())
        let payload = PayloadHash(of: call.request.body)
        while true {
            progress.attempts += 1
            let failure: Failure
            switch try await attempt(call, payload: payload, progress: &progress) {
            case .success(let response):
                quota.refill(progress.lastCost ?? 1)
                return response
            case .failure(let failed): failure = failed
            }
            try await prepareRetry(of: call, after: failure, progress: &progress)
        }
    }

    /// What the loop remembers from attempt to attempt.
    private struct Progress {
        let start: Duration
        let identifier: String
        var attempts = 0
        var lastCost: Int?
        var freshConnection = false
        var renewedCredentials = false
        var correctedClock = false
    }

    /// A failed attempt, and whether another may succeed.
    private struct Failure: Error {
        enum Remedy {
            case none, again, slower, newCredentials, newClock
        }

        var error: AWSError
        var remedy: Remedy
        var hint: Duration?
        var freshConnection = false
    }

    private func attempt(
        _ call: APIRequest, payload: PayloadHash, progress: inout Progress
    ) async throws(AWSError) -> Result<Response, Failure> {
        var request = call.request
        var used: SigningCredentials?
        if call.signer != nil {
            used = try await currentCredentials(call, progress, within: remaining(of: call, progress))
        }
        let remaining = try remaining(of: call, progress)
        request.limits.total = min(request.limits.total, remaining)
        request.routing.freshConnection = progress.freshConnection
        request.headers["User-Agent"] = "pixelated"
        request.headers["amz-sdk-invocation-id"] = progress.identifier
        request.headers["amz-sdk-request"] = "attempt=\(progress.attempts); max=\(maxAttempts)"
        let signingTime = clock.now() + skew.seconds
        if let signer = call.signer, let used {
            request = signer.sign(
                request, with: used, at: SigningTime(secondsSinceEpoch: Int(signingTime)), payload: payload,
                keys: keys)
        }
        let response: Response
        do { response = try await transport.send(request) } catch {
            return .failure(self.failure(error, call, progress))
        }
        guard (200...299).contains(response.status) else {
            return .failure(
                await judge(response, call, signedAt: signingTime, with: used, progress: progress))
        }
        guard let problem = call.check(response) else { return .success(response) }
        let fault = ServiceError(response, form: call.form, hiding: Redaction(used, and: call.secrets))
        return .failure(
            Failure(
                error: error(
                    problem.kind, call, progress, message: problem.message, status: response.status,
                    requestID: fault.requestID),
                remedy: .again, freshConnection: true))
    }

    /// The time that `call` has left.
    ///
    /// - Throws: `AWSError` when there is none.
    private func remaining(of call: APIRequest, _ progress: Progress) throws(AWSError) -> Duration {
        let remaining = call.total - (clock.uptime() - progress.start)
        guard remaining > .zero else {
            throw error(.timedOut, call, progress, message: "no time left to send")
        }
        return remaining
    }

    private func currentCredentials(
        _ call: APIRequest, _ progress: Progress, within limit: Duration
    ) async throws(AWSError) -> SigningCredentials {
        guard let credentials else {
            throw error(.noCredentials, call, progress, message: "this client has no credentials")
        }
        do { return try await credentials.credentials(within: limit).signing } catch {
            var error = error
            error.message = "\(call.operation) \(call.resource) needs credentials: \(error.message)"
            error.elapsed = clock.uptime() - progress.start
            throw error
        }
    }

    private func failure(_ error: TransportError, _ call: APIRequest, _ progress: Progress) -> Failure {
        let (kind, remedy): (AWSError.Kind, Failure.Remedy) =
            switch error.kind {
            case .cancelled: (.cancelled, .none)
            case .timedOut: (.timedOut, .again)
            case .tooLarge: (.tooLarge, .none)
            case .invalidRequest, .shutDown: (.other, .none)
            case .malformedResponse: (.malformedResponse, .again)
            case .unresolvable, .refused, .tls, .disconnected, .truncated, .overloaded, .other:
                (.network, .again)
            }
        return Failure(
            error: self.error(kind, call, progress, message: error.description), remedy: remedy,
            freshConnection: true)
    }

    /// What an answer outside of 200...299 means, and what could be done about it.
    private func judge(
        _ response: Response, _ call: APIRequest, signedAt signingTime: Double,
        with used: SigningCredentials?,
        progress: Progress
    ) async -> Failure {
        let fault = ServiceError(response, form: call.form, hiding: Redaction(used, and: call.secrets))
        let isHead = call.request.method == .head
        var failed = Failure(
            error: error(
                isHead && fault.status == 404 ? .noSuchKey : ErrorCodes.kind(of: fault), call, progress,
                message: fault.message, code: fault.code, status: fault.status, requestID: fault.requestID),
            remedy: .none, hint: fault.retryAfter)
        failed.error.region = fault.region
        if let serverTime = fault.serverTime,
            ErrorCodes.definiteSkew.contains(fault.code) || ErrorCodes.possibleSkew.contains(fault.code)
                || (isHead && (400...403).contains(fault.status)),
            skew.learn(serverTime: serverTime, signingTime: signingTime, localTime: clock.now())
        {
            failed.remedy = .newClock
        } else if failed.error.kind == .expiredCredentials, let used {
            await credentials?.reject(used)
            failed.remedy = .newCredentials
        } else if failed.error.kind == .invalidCredentials, let used {
            // Not worth another attempt at once; but a corrected secret must be found by a later call.
            await credentials?.reject(used)
        } else if ErrorCodes.throttling.contains(fault.code) || fault.status == 429 {
            failed.remedy = .slower
        } else if ErrorCodes.isTransient(fault) {
            failed.remedy = .again
        }
        return failed
    }

    /// Waits as long as the failure asks for, or throws it when there shall be no other attempt.
    private func prepareRetry(
        of call: APIRequest, after failure: Failure, progress: inout Progress
    ) async throws(AWSError) {
        var delay = Duration.zero
        switch failure.remedy {
        case .none: throw failure.error
        case .newCredentials:
            guard !progress.renewedCredentials else { throw failure.error }
            progress.renewedCredentials = true
        case .newClock:
            guard !progress.correctedClock else { throw failure.error }
            progress.correctedClock = true
            logger.warning(
                "the clock of this machine is off by \(Int(-skew.seconds)) s; signatures are corrected",
                metadata: [
                    "event": "\(AWSEvent.clockSkew.rawValue)", "skew_seconds": "\(Int(-skew.seconds))",
                ])
        case .again, .slower:
            let slower = failure.remedy == .slower
            delay = RetryBackoff.delay(
                retry: progress.attempts - 1, throttled: slower, hint: failure.hint,
                jitter: surroundings.random())
            try await spend(
                slower ? RetryQuota.costOfThrottling : RetryQuota.costOfFailure, for: call, delay, failure,
                &progress)
        }
        progress.freshConnection = failure.freshConnection
        logger.debug(
            "\(call.operation) is tried again in \(delay.inMilliseconds) ms: \(failure.error)",
            metadata: [
                "event": "\(AWSEvent.retry.rawValue)", "operation": "\(call.operation)",
                "attempt": "\(progress.attempts)",
                "error_code": "\(failure.error.kind.rawValue)",
            ])
        try await pause(delay, failure)
    }

    /// Pays for a retry after `delay`, or throws the failure: attempts, quota or time are used up.
    private func spend(
        _ cost: Int, for call: APIRequest, _ delay: Duration, _ failure: Failure, _ progress: inout Progress
    ) async throws(AWSError) {
        let remaining = call.total - (clock.uptime() - progress.start)
        let mayRetry = progress.attempts < maxAttempts && delay < remaining && quota.spend(cost)
        guard mayRetry else {
            if call.isLongPoll { try await pause(min(delay, max(remaining, .zero)), failure) }
            throw failure.error
        }
        progress.lastCost = cost
    }

    private func pause(_ delay: Duration, _ failure: Failure) async throws(AWSError) {
        do { try await clock.sleep(for: delay) } catch {
            var cancelled = failure.error
            cancelled.kind = .cancelled
            throw cancelled
        }
    }

    private func error(
        _ kind: AWSError.Kind, _ call: APIRequest, _ progress: Progress, message: String, code: String? = nil,
        status: Int? = nil, requestID: String? = nil
    ) -> AWSError {
        AWSError(
            kind, operation: call.operation, resource: call.resource, code: code, status: status,
            message: message, requestID: requestID, attempts: progress.attempts,
            elapsed: clock.uptime() - progress.start)
    }

    /// The same for all attempts of a call; a random UUID (RFC 9562, version 4).
    private func identifier() -> String {
        let high = UInt64.random(in: 0...UInt64.max) & ~0xF000 | 0x4000
        let low = UInt64.random(in: 0...UInt64.max) >> 2 | 1 << 63
        var digits = Array(
            Hex.encode([high, low].flatMap { word in withUnsafeBytes(of: word.bigEndian, Array.init) }).utf8)
        for position in [8, 13, 18, 23] { digits.insert(UInt8(ascii: "-"), at: position) }
        return String(decoding: digits, as: UTF8.self)
    }
}
