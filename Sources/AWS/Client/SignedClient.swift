// SPDX-License-Identifier: Apache-2.0

import Digests
import HTTP
import Logging
import Metrics
import SigV4
import Support

/// The client that sends every request to AWS. It obtains credentials, signs the request, sends it, classifies the
/// response and retries.
///
/// The requests that fail in one of the following ways are retried. Each attempt has its own signature, with the
/// credentials and the time of that attempt.
///
/// * Transport failures (connection refused or reset, host unresolvable, TLS, timeout, response truncated or not
///   HTTP): on a new connection, after an exponential backoff that begins at 50 ms.
/// * Responses that `APIRequest.validate` rejects, such as a wrong checksum: on a new connection, after the same
///   backoff.
/// * Transient responses (statuses that `StatusClass` regards as transient, codes such as `InternalError`, and errors
///   that are not those of the service, see `APIRequest.isFromService`): on a new connection, after the same backoff.
/// * Throttling (status 429, codes such as `SlowDown`): on a new connection, after a backoff that begins at 1 s.
/// * Clock skew (`RequestTimeTooSkewed`, or a refused signature whose response has a `Date` more than 5 minutes away
///   from the time of the signature): one retry without a pause, signed with the service's time.
/// * Expired credentials (`ExpiredToken`): one retry without a pause, with credentials that are fetched again.
///
/// The retries after the first four kinds of failures end when `maxAttempts`, the request's total time or the client's
/// `RetryQuota` is used up. All other failures are thrown at once: 403, 404, 412, wrong access keys, responses that are
/// too large, cancellation. See <doc:RetriesAndCredentials>.
struct SignedClient: Sendable {
    let transport: any Transport
    /// The credentials to sign with; nil for a client of operations that need no signature.
    let credentials: CredentialCache?
    /// The maximum number of attempts of a call, including the first.
    let maxAttempts: Int
    let host: HostEnvironment
    /// The value of the `User-Agent` header.
    let userAgent: String
    let skew: ClockSkew
    let quota: RetryQuota
    let keys: SigningKeys
    let metrics: CallMetrics
    let logger: Logger

    private var clock: any AWSClock { host.clock }

    /// Sends `request` until an attempt succeeds, an attempt fails with an error that is not retried, or the attempts,
    /// the total time or the retry quota are used up.
    ///
    /// - Returns: the response, whose status is of the class `success` and which `APIRequest.validate` accepts. Its
    ///   request ids are cleaned for logs.
    /// - Throws: the `AWSError` of the last attempt, with the number of attempts and the time that they took.
    func send(_ request: APIRequest) async throws(AWSError) -> Response {
        try await exchange(request).response
    }

    /// Sends `request` as `send` does.
    ///
    /// - Returns: the response, and the redaction with which texts in its body are cleaned for logs.
    func exchange(_ request: APIRequest) async throws(AWSError) -> (response: Response, secrets: Redaction) {
        var progress = Progress(start: clock.uptime(), invocationID: Self.makeUUID())
        let payload = PayloadHash(of: request.http.body)
        let counts = metrics.counts(ofOperation: request.operation)
        do {
            while true {
                progress.attempts += 1
                let failure: FailedAttempt
                switch try await attempt(request, payload: payload, progress: progress) {
                case .success(let exchange):
                    quota.refill(progress.lastCost ?? 1)
                    counts?.ended(.success, after: clock.uptime() - progress.start)
                    return exchange
                case .failure(let failed): failure = failed
                }
                if failure.decision == .retryThrottled { counts?.throttles.increment() }
                try await prepareRetry(of: request, after: failure, progress: &progress)
                counts?.retries.increment()
            }
        } catch {
            counts?.ended(CallMetrics.Outcome(error.kind), after: clock.uptime() - progress.start)
            throw error
        }
    }

    /// The state of one call of `send` between its attempts.
    private struct Progress {
        /// The uptime at the start of the call.
        let start: Duration
        /// The value of the header `amz-sdk-invocation-id`, which is the same for all attempts.
        let invocationID: String
        var attempts = 0
        /// The number of tokens that the last retry took from the retry quota; nil before the first retry.
        var lastCost: Int?
        var needsNewConnection = false
        var hasRefreshedCredentials = false
        var hasCorrectedClock = false
    }

    /// The decision about the retry of a failed attempt.
    private enum RetryDecision {
        /// The error is thrown without a retry.
        case fail
        /// The request is retried after the backoff for transient failures.
        case retry
        /// The request is retried after the longer backoff for throttling.
        case retryThrottled
        /// The request is retried once, with credentials that are fetched again.
        case refreshCredentials
        /// The request is retried once, signed with the corrected time.
        case correctClock
    }

    private struct FailedAttempt: Error {
        var error: AWSError
        var decision: RetryDecision
        /// The pause that the service requested by `x-amz-retry-after`; nil for none.
        var retryAfter: Duration?
        var needsNewConnection = false
    }

    /// Signs and sends `request` once, and returns the response or the failed attempt.
    ///
    /// - Throws: `AWSError` when the request cannot be sent because there are no credentials or no time is left.
    private func attempt(
        _ request: APIRequest, payload: PayloadHash, progress: Progress
    ) async throws(AWSError) -> Result<(response: Response, secrets: Redaction), FailedAttempt> {
        var http = request.http
        var used: SigningCredentials?
        if request.signer != nil {
            used = try await currentCredentials(
                request, progress, within: remainingTime(of: request, progress))
        }
        let remaining = try remainingTime(of: request, progress)
        http.limits.total = min(http.limits.total, remaining)
        http.routing.freshConnection = http.routing.freshConnection || progress.needsNewConnection
        http.headers["User-Agent"] = userAgent
        http.headers["amz-sdk-invocation-id"] = progress.invocationID
        http.headers["amz-sdk-request"] = "attempt=\(progress.attempts); max=\(maxAttempts)"
        let signingTime = clock.now() + skew.seconds
        if let signer = request.signer, let used {
            http = signer.sign(
                http, with: used, at: CivilTime(secondsSinceEpoch: Int(signingTime)), payload: payload,
                keys: keys)
        }
        let response: Response
        do { response = try await transport.send(http) } catch {
            return .failure(classify(error, request, progress))
        }
        let secrets = Redaction(used, and: request.secrets)
        guard StatusClass(response.status) == .success else {
            let serviceError = ServiceError(
                response, format: request.errorFormat, hiding: secrets, now: clock.now() + skew.seconds)
            return .failure(
                await classify(
                    serviceError, of: response, request, signedAt: signingTime, with: used, progress: progress
                ))
        }
        guard let problem = request.validate(response) else {
            return .success((response.cleaned(by: secrets), secrets))
        }
        return .failure(
            FailedAttempt(
                error: error(
                    problem.kind, request, progress, message: secrets.clean(problem.message),
                    status: response.status, requestID: response.requestID.flatMap(secrets.cleanIdentifier)),
                decision: .retry, needsNewConnection: true))
    }

    /// Returns the remaining part of the request's total time.
    ///
    /// - Throws: `AWSError` of the kind `.timedOut` when no time is left.
    private func remainingTime(of request: APIRequest, _ progress: Progress) throws(AWSError) -> Duration {
        let remaining = request.totalTime - (clock.uptime() - progress.start)
        guard remaining > .zero else {
            throw error(.timedOut, request, progress, message: "no time left to send")
        }
        return remaining
    }

    private func currentCredentials(
        _ request: APIRequest, _ progress: Progress, within limit: Duration
    ) async throws(AWSError) -> SigningCredentials {
        guard let credentials else {
            throw error(.noCredentials, request, progress, message: "this client has no credentials")
        }
        do { return try await credentials.credentials(within: limit).signing } catch {
            var error = error
            error.message = "\(request.operation) \(request.resource) needs credentials: \(error.message)"
            error.elapsed = clock.uptime() - progress.start
            throw error
        }
    }

    /// Returns the failed attempt for an error of the transport, with the decision about its retry.
    private func classify(
        _ error: TransportError, _ request: APIRequest, _ progress: Progress
    ) -> FailedAttempt {
        let (kind, decision): (AWSError.Kind, RetryDecision) =
            switch error.kind {
            case .cancelled: (.cancelled, .fail)
            case .timedOut: (.timedOut, .retry)
            case .tooLarge: (.tooLarge, .fail)
            case .invalidRequest, .shutDown: (.other, .fail)
            case .malformedResponse: (.malformedResponse, .retry)
            case .unresolvable, .refused, .tls, .disconnected, .truncated, .overloaded, .other:
                (.network, .retry)
            }
        var failed = FailedAttempt(
            error: self.error(kind, request, progress, message: error.description), decision: decision,
            needsNewConnection: true)
        failed.error.cause = error.kind
        return failed
    }

    /// Returns the failed attempt for a response whose status is not of the class `success`, with the decision about
    /// its retry. When the response refuses the time of the signature or the credentials, the clock is corrected or the
    /// credentials are marked as rejected.
    private func classify(
        _ serviceError: ServiceError, of response: Response, _ request: APIRequest,
        signedAt signingTime: Double, with used: SigningCredentials?, progress: Progress
    ) async -> FailedAttempt {
        let (code, status) = (serviceError.code, serviceError.status)
        let isHead = request.http.method == .head
        let isTransient = ErrorCodes.isTransient(serviceError)
        let isForeign = !isTransient && !request.isFromService(response, serviceError)
        let kind: AWSError.Kind =
            isForeign
            ? .malformedResponse
            : isHead && status == 404 ? .noSuchKey : ErrorCodes.kind(of: serviceError)
        var failed = FailedAttempt(
            error: error(
                kind, request, progress,
                message: isForeign || (kind == .malformedResponse && serviceError.message.isEmpty)
                    ? response.foreignText : serviceError.message,
                code: code, status: status, requestID: serviceError.requestID),
            decision: .fail, retryAfter: serviceError.retryAfter)
        failed.error.region = serviceError.region
        // The response to HEAD has no body and so no code: any refusal may be about the time.
        if isForeign {
            failed.decision = .retry
        } else if let serverTime = serviceError.serverTime,
            ErrorCodes.definiteSkew.contains(code) || ErrorCodes.possibleSkew.contains(code)
                || (isHead && (400...403).contains(status)),
            skew.learn(serverTime: serverTime, signingTime: signingTime, localTime: clock.now())
        {
            failed.decision = .correctClock
        } else if failed.error.kind == .expiredCredentials, let used {
            await credentials?.reject(used)
            failed.decision = .refreshCredentials
        } else if failed.error.kind == .invalidCredentials, let used {
            // This call fails, but a later one finds keys that have been corrected in the meantime.
            await credentials?.reject(used)
        } else if ErrorCodes.throttling.contains(code) || StatusClass(status) == .throttled {
            failed.decision = .retryThrottled
        } else if isTransient {
            failed.decision = .retry
        }
        failed.needsNewConnection = failed.decision == .retry || failed.decision == .retryThrottled
        return failed
    }

    /// Prepares the retry after a failed attempt, and waits until the next attempt can begin.
    ///
    /// - Throws: the error of the failed attempt when it is not retried; `.cancelled` when the task is cancelled.
    private func prepareRetry(
        of request: APIRequest, after failure: FailedAttempt, progress: inout Progress
    ) async throws(AWSError) {
        var delay = Duration.zero
        switch failure.decision {
        case .fail: throw failure.error
        case .refreshCredentials:
            guard !progress.hasRefreshedCredentials else { throw failure.error }
            progress.hasRefreshedCredentials = true
        case .correctClock:
            guard !progress.hasCorrectedClock else { throw failure.error }
            progress.hasCorrectedClock = true
            logger.warning(
                "the clock of this machine is off by \(Int(-skew.seconds)) s; signatures are corrected",
                metadata: [
                    "event": "\(AWSEvent.clockSkew.rawValue)",
                    "skew_seconds": .stringConvertible(Int(-skew.seconds)),
                ])
        case .retry, .retryThrottled:
            let isThrottled = failure.decision == .retryThrottled
            delay = RetryBackoff.delay(
                retry: progress.attempts - 1, throttled: isThrottled, retryAfter: failure.retryAfter,
                jitter: host.random())
            try await takeQuota(
                isThrottled ? RetryQuota.costOfThrottling : RetryQuota.costOfFailure, for: request, delay,
                failure, &progress)
        }
        progress.needsNewConnection = failure.needsNewConnection
        logger.debug(
            "\(request.operation) is retried in \(delay.inMilliseconds) ms: \(failure.error)",
            metadata: [
                "event": "\(AWSEvent.retry.rawValue)", "operation": "\(request.operation)",
                "attempt": .stringConvertible(progress.attempts),
                "error_code": "\(failure.error.kind.rawValue)",
            ])
        try await pause(delay, failure)
    }

    /// Takes the tokens `cost` for a retry after `delay` from the retry quota.
    ///
    /// - Throws: the error of the failed attempt when the attempts, the quota or the time are used up. A long poll
    ///   pauses for `delay` before the error is thrown (`APIRequest.isLongPoll`).
    private func takeQuota(
        _ cost: Int, for request: APIRequest, _ delay: Duration, _ failure: FailedAttempt,
        _ progress: inout Progress
    ) async throws(AWSError) {
        let remaining = request.totalTime - (clock.uptime() - progress.start)
        let mayRetry = progress.attempts < maxAttempts && delay < remaining && quota.spend(cost)
        guard mayRetry else {
            if request.isLongPoll { try await pause(min(delay, max(remaining, .zero)), failure) }
            throw failure.error
        }
        progress.lastCost = cost
    }

    private func pause(_ delay: Duration, _ failure: FailedAttempt) async throws(AWSError) {
        do { try await clock.sleep(for: delay) } catch {
            var cancelled = failure.error
            cancelled.kind = .cancelled
            throw cancelled
        }
    }

    private func error(
        _ kind: AWSError.Kind, _ request: APIRequest, _ progress: Progress, message: String,
        code: String? = nil, status: Int? = nil, requestID: String? = nil
    ) -> AWSError {
        AWSError(
            kind, operation: request.operation, resource: request.resource, code: code, status: status,
            message: message, requestID: requestID, attempts: progress.attempts,
            elapsed: clock.uptime() - progress.start)
    }

    /// Returns a random UUID (RFC 9562, version 4).
    private static func makeUUID() -> String {
        let high = UInt64.random(in: 0...UInt64.max) & ~0xF000 | 0x4000
        let low = UInt64.random(in: 0...UInt64.max) >> 2 | 1 << 63
        var digits = Array(
            Hex.encode([high, low].flatMap { word in withUnsafeBytes(of: word.bigEndian, Array.init) }).utf8)
        for position in [8, 13, 18, 23] { digits.insert(UInt8(ascii: "-"), at: position) }
        return String(decoding: digits, as: UTF8.self)
    }
}

extension Response {
    /// A description of a response that is not one of the service: its type, and the host to which it redirects. The
    /// rest of the URL is left out, because it can contain a signature.
    fileprivate var foreignText: String {
        var text = "the response is not that of the service"
        if let type = headers["content-type"] { text += ", but of the type \(type.prefix(60))" }
        if let location = headers["location"] {
            text += ", and redirects to \(URL(location).map { "\($0.host.prefix(100))" } ?? "another path")"
        }
        return Redaction([]).clean(text)
    }
}
