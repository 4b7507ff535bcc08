// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Scripted
import Support

/// The metadata service of an instance with the rules of version 2: a token by PUT with a time to live, no
/// forwarded token requests, and nothing without a valid token.
final class InstanceService: Sendable {
    enum Mood: Sendable {
        case well
        /// Every request fails.
        case failing
        /// Status 200, but the answer says that there are no keys.
        case failedWith200
        /// Status 200 and keys, but without their token.
        case withoutToken
        /// Status 200 and keys, but nobody knows for how long.
        case withoutExpiration
        /// Knows nothing of tokens and gives keys to everybody.
        case versionOneOnly
        /// The answer to the token request does not get past the hop limit.
        case silent
        case switchedOff
        /// No role is attached.
        case withoutRole
    }

    struct State {
        var mood = Mood.well
        var tokens: Set<String> = []
        var nextToken = 1
        var generation = 1
        var expiration = 0.0
        var withoutToken = 0
        var spotAction: String?
        var lifecycleState: String?
        /// How many more times all tokens are forgotten before a request.
        var forgetful = 0
    }

    let state: Locked<State>
    private let server: HandlerServer

    init(on family: LoopbackServer.Family = .ipv4, expiration: Double) throws {
        let state = Locked(State(expiration: expiration))
        self.state = state
        server = try HandlerServer(on: family) { request in state.withLock { Self.answer(request, &$0) } }
    }

    var base: String { server.base }
    var received: [LoopbackRequest] { server.received }

    func change(_ body: (inout sending State) -> Void) { state.withLock { body(&$0) } }

    private static func answer(_ request: LoopbackRequest, _ state: inout State) -> HandlerServer.Answer {
        switch state.mood {
        case .failing: return .error(503)
        case .silent where request.method == "PUT": return .silence
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
        if state.forgetful > 0 {
            state.forgetful -= 1
            state.tokens = []
        }
        if token.isEmpty { state.withoutToken += 1 }
        guard state.mood == .versionOneOnly || state.tokens.contains(token) else { return .error(401) }
        switch request.target {
        case "/latest/meta-data/placement/region": return .ok("ap-south-1")
        case "/latest/meta-data/spot/instance-action":
            return state.spotAction.map {
                .ok(#"{"action":"\#($0)","time":"2026-09-18T08:22:00Z"}"#)
            } ?? .error(404)
        case "/latest/meta-data/autoscaling/target-lifecycle-state":
            return state.lifecycleState.map { .ok($0) } ?? .error(404)
        case "/latest/meta-data/iam/security-credentials/":
            return state.mood == .withoutRole ? .error(404) : .ok("worker-role")
        case "/latest/meta-data/iam/security-credentials/worker-role": return .ok(keys(state))
        default: return .error(404)
        }
    }

    private static func keys(_ state: State) -> String {
        guard state.mood != .failedWith200 else {
            return
                #"{"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume the role worker-role."}"#
        }
        let text = """
            {"Code":"Success","LastUpdated":"2023-11-14T22:00:00Z","Type":"AWS-HMAC","AccessKeyId":\
            "ASIAINSTANCE\(state.generation)","SecretAccessKey":"secret-\(state.generation)","Token":\
            "session-\(state.generation)","Expiration":"\(ISO.text(state.expiration))"}
            """
        switch state.mood {
        case .withoutToken: return text.replacing("\"Token\"", with: "\"SessionToken\"")
        case .withoutExpiration: return text.replacing("\"Expiration\"", with: "\"Expires\"")
        default: return text
        }
    }
}
