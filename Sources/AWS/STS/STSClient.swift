// SPDX-License-Identifier: Apache-2.0

import HTTP
import SigV4

/// The Security Token Service: who are we, and temporary keys for another role.
struct STSClient: Sendable {
    let caller: SignedClient
    let endpoint: URL
    let region: Region
    let timeouts: TimeoutOptions

    /// Sends one operation of the query protocol (a form in, XML out) and gives its `<...Result>` element.
    func send(
        _ operation: String, _ parameters: [(String, String)], resource: String, isSigned: Bool,
        secrets: [Secret] = []
    ) async throws(AWSError) -> XMLElement {
        let form = [("Action", operation), ("Version", "2011-06-15")] + parameters
        let body = form.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }
            .joined(separator: "&")
        let request = Request(
            .post, endpoint, headers: ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"],
            body: Array(body.utf8), limits: timeouts.attempt(responseBytes: 1 << 18), isSensitive: true)
        let response = try await caller.send(
            APIRequest(
                operation: operation, resource: resource, request: request,
                signer: isSigned ? Signer(region: region.name, service: "sts") : nil, form: .xml,
                secrets: secrets, total: .seconds(min(timeouts.totalSeconds, 30))))
        guard let result = XMLElement.parse(response.body)?["\(operation)Result"] else {
            throw AWSError(
                .malformedResponse, operation: operation, resource: resource, status: response.status,
                message: "the answer has no \(operation)Result",
                requestID: response.headers["x-amzn-requestid"], attempts: 1, elapsed: response.elapsed)
        }
        return result
    }

    /// The keys in the answer of both ways to assume a role.
    func credentials(
        in result: XMLElement, operation: String, resource: String
    ) throws(AWSError) -> Credentials {
        let found = result["Credentials"]
        guard let id = found?["AccessKeyId"]?.text, let secret = found?["SecretAccessKey"]?.text,
            let token = found?["SessionToken"]?.text,
            let expiration = found?["Expiration"].flatMap({ HTTPDate.parseISO8601($0.text) }),
            let credentials = Credentials(
                accessKeyID: id, secretAccessKey: secret, sessionToken: token, expiration: expiration)
        else {
            throw AWSError(
                .malformedResponse, operation: operation, resource: resource,
                message: "the answer has no usable credentials", attempts: 1)
        }
        return credentials
    }
}

/// Who a set of keys belongs to.
package struct CallerIdentity: Sendable, Equatable {
    package var arn: String
    package var account: String

    /// Without the session's name, which changes from one refresh to the next.
    var role: String {
        guard arn.contains(":assumed-role/"), let slash = arn.lastIndex(of: "/") else { return arn }
        return String(arn[..<slash])
    }
}

extension STSClient {
    /// Needs no permission at all.
    func identity() async throws(AWSError) -> CallerIdentity {
        let result = try await send("GetCallerIdentity", [], resource: "", isSigned: true)
        return CallerIdentity(arn: result["Arn"]?.text ?? "", account: result["Account"]?.text ?? "")
    }
}
