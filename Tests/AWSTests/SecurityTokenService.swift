// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import Scripted
import SigV4
import Support

/// A local STS. It verifies the signature of `AssumeRole` and refuses one on `AssumeRoleWithWebIdentity`.
final class SecurityTokenService: Sendable {
    struct State {
        /// Secrets by access key id.
        var secrets: [String: String] = [:]
        var validWebTokens: Set<String> = []
        var role = "arn:aws:sts::123456789012:assumed-role/worker/session"
        var generation = 0
        var expiration = 0.0
        var communicationErrors = 0
        /// True to respond with status 200 and an error in the body.
        var failsWith200 = false
        var forms: [[String: String]] = []
    }

    let state: Locked<State>
    private let server: HandlerServer

    init(_ initial: sending State) throws {
        let state = Locked(initial)
        self.state = state
        server = try HandlerServer { request in state.withLock { Self.reply(request, &$0) } }
    }

    var base: String { server.base }
    var received: [LoopbackRequest] { server.received }
    var forms: [[String: String]] { state.withLock { $0.forms } }

    private static func reply(_ request: LoopbackRequest, _ state: inout State) -> HandlerServer.Reply {
        var form: [String: String] = [:]
        for pair in String(decoding: request.body, as: UTF8.self).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            form[String(parts[0])] = parts[1].percentDecoded()
        }
        state.forms.append(form)
        guard request.method == "POST", form["Version"] == "2011-06-15" else {
            return refuse("InvalidAction")
        }
        if state.failsWith200 { return Reply.ok(refuse("InternalFailure").body) }
        if form["Action"] == "AssumeRoleWithWebIdentity" {
            guard request.headers["Authorization"] == nil else { return refuse("SignatureDoesNotMatch", 403) }
            if state.communicationErrors > 0 {
                state.communicationErrors -= 1
                return refuse("IDPCommunicationError")
            }
            guard state.validWebTokens.contains(form["WebIdentityToken"] ?? "") else {
                return refuse("ExpiredTokenException")
            }
            return keys("AssumeRoleWithWebIdentity", &state)
        }
        guard isSigned(request, state) else { return refuse("SignatureDoesNotMatch", 403) }
        if form["Action"] == "AssumeRole" { return keys("AssumeRole", &state) }
        return .ok(
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"
                + "<Arn>\(state.role)</Arn><Account>123456789012</Account></GetCallerIdentityResult>"
                + "</GetCallerIdentityResponse>")
    }

    typealias Reply = HandlerServer.Reply

    private static func refuse(_ code: String, _ status: Int = 400) -> Reply {
        Reply(
            status: status, headers: ["x-amzn-RequestId": "STS-1"],
            body: "<ErrorResponse><Error><Type>Sender</Type><Code>\(code)</Code><Message>no</Message></Error>"
                + "<RequestId>STS-1</RequestId></ErrorResponse>")
    }

    private static func keys(_ operation: String, _ state: inout State) -> Reply {
        state.generation += 1
        let (id, secret) = ("ASIAROLE\(state.generation)", "role-secret-\(state.generation)")
        state.secrets[id] = secret
        return .ok(
            "<\(operation)Response><\(operation)Result><Credentials><AccessKeyId>\(id)</AccessKeyId>"
                + "<SecretAccessKey>\(secret)</SecretAccessKey><SessionToken>role-token</SessionToken>"
                + "<Expiration>\(ISO8601.text(state.expiration))</Expiration></Credentials></\(operation)Result>"
                + "</\(operation)Response>")
    }

    /// Computes the signature of a request with the secret of its access key, and compares.
    private static func isSigned(_ request: LoopbackRequest, _ state: State) -> Bool {
        let header = request.headers["Authorization"] ?? ""
        guard let credential = header.split(separator: "Credential=").last?.split(separator: ",").first,
            let secret = state.secrets[credential.split(separator: "/").first.map(String.init) ?? ""],
            let host = request.headers["Host"], let url = HTTP.URL("http://\(host)\(request.target)")
        else { return false }
        let scope = credential.split(separator: "/").map(String.init)
        var copy = Request(.post, url, body: request.body)
        let names = header.split(separator: "SignedHeaders=").last?.split(separator: ",").first?.split(
            separator: ";")
        for name in names ?? [] {
            copy.headers[String(name)] = request.headers[String(name)]
        }
        let canonical = CanonicalRequest(
            copy, payload: PayloadHash(of: request.body), path: .normalizedAndEncodedTwice)
        guard let stamp = request.headers["X-Amz-Date"], let time = ISO8601.seconds(basic: stamp) else {
            return false
        }
        let signingScope = SigningScope(
            time: CivilTime(secondsSinceEpoch: time), region: scope[2], service: scope[3])
        let signature = SigningKey(Secret(secret), scope: signingScope)
            .sign(StringToSign(canonical, scope: signingScope))
        return header.hasSuffix("Signature=\(signature)")
    }
}
