// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Scripted
import Support

/// A local instance metadata service with the rules of version 2: a PUT with a time to live returns a token, forwarded
/// token requests are refused, and so are requests without a valid token.
final class InstanceService: Sendable {
    enum Behavior: Sendable {
        case healthy
        /// Every request fails.
        case failing
        /// The response has status 200 and an error code instead of keys.
        case failedWith200
        /// The response has status 200 and keys without a session token.
        case withoutToken
        /// The response has status 200 and keys without an expiration.
        case withoutExpiration
        /// Token requests fail with 404, and keys are served without a token.
        case versionOneOnly
        /// The response to the token request does not arrive, as with a hop limit of 1.
        case silent
        /// Every request is refused with 403, as when the service is disabled.
        case switchedOff
        /// No role is attached to the instance.
        case withoutRole
    }

    struct State {
        var behavior = Behavior.healthy
        var tokens: Set<String> = []
        var nextToken = 1
        var generation = 1
        var expiration = 0.0
        /// The number of requests that came without a token.
        var withoutToken = 0
        var spotAction: String?
        var lifecycleState: String?
        /// The number of requests before each of which all tokens become invalid.
        var invalidations = 0
    }

    let state: Locked<State>
    private let server: HandlerServer

    init(on family: LoopbackServer.Family = .ipv4, expiration: Double) throws {
        let state = Locked(State(expiration: expiration))
        self.state = state
        server = try HandlerServer(on: family) { request in state.withLock { Self.reply(request, &$0) } }
    }

    var base: String { server.base }
    var received: [LoopbackRequest] { server.received }

    func change(_ body: (inout sending State) -> Void) { state.withLock { body(&$0) } }

    private static func reply(_ request: LoopbackRequest, _ state: inout State) -> HandlerServer.Reply {
        switch state.behavior {
        case .failing: return .error(503)
        case .silent where request.method == "PUT": return .noResponse
        case .switchedOff: return .error(403)
        case .versionOneOnly where request.method == "PUT": return .error(404)
        default: break
        }
        if request.method == "PUT" {
            guard request.target == "/latest/api/token",
                let seconds = request.headers["X-aws-ec2-metadata-token-ttl-seconds"].flatMap({ Int($0) }),
                (1...21600).contains(seconds)
            else { return .error(400) }
            guard request.headers["X-Forwarded-For"] == nil else { return .error(403) }
            let token = "token-\(state.nextToken)=="
            state.nextToken += 1
            state.tokens.insert(token)
            return .ok(token)
        }
        let token = request.headers["X-aws-ec2-metadata-token"] ?? ""
        if state.invalidations > 0 {
            state.invalidations -= 1
            state.tokens = []
        }
        if token.isEmpty { state.withoutToken += 1 }
        guard state.behavior == .versionOneOnly || state.tokens.contains(token) else { return .error(401) }
        switch request.target {
        case "/latest/meta-data/placement/region": return .ok("ap-south-1")
        case "/latest/meta-data/spot/instance-action":
            return state.spotAction.map {
                .ok(#"{"action":"\#($0)","time":"2026-09-18T08:22:00Z"}"#)
            } ?? .error(404)
        case "/latest/meta-data/autoscaling/target-lifecycle-state":
            return state.lifecycleState.map { .ok($0) } ?? .error(404)
        case "/latest/meta-data/iam/security-credentials/":
            return state.behavior == .withoutRole ? .error(404) : .ok("worker-role")
        case "/latest/meta-data/iam/security-credentials/worker-role": return .ok(keys(state))
        default: return .error(404)
        }
    }

    private static func keys(_ state: State) -> String {
        guard state.behavior != .failedWith200 else {
            return
                #"{"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume the role worker-role."}"#
        }
        let text = """
            {"Code":"Success","LastUpdated":"2023-11-14T22:00:00Z","Type":"AWS-HMAC","AccessKeyId":\
            "ASIAINSTANCE\(state.generation)","SecretAccessKey":"secret-\(state.generation)","Token":\
            "session-\(state.generation)","Expiration":"\(ISO8601.text(state.expiration))"}
            """
        switch state.behavior {
        case .withoutToken: return text.replacing("\"Token\"", with: "\"SessionToken\"")
        case .withoutExpiration: return text.replacing("\"Expiration\"", with: "\"Expires\"")
        default: return text
        }
    }
}
