// SPDX-License-Identifier: Apache-2.0

import HTTP
import SigV4

/// A client for the Security Token Service (STS), which returns the identity of the caller and the temporary
/// credentials of roles.
struct STSClient: Sendable {
    let client: SignedClient
    let endpoint: URL
    let region: Region
    let timeouts: TimeoutOptions

    /// The maximum time of a call in seconds, even when the options allow more, because other calls wait for the
    /// credentials.
    private static let maxSeconds = 30.0

    /// Sends the request of one operation by the AWS query protocol (a form in the request, XML in the response).
    ///
    /// - Parameters:
    ///   - resource: the ARN of the role, which appears in error texts.
    ///   - secrets: the secrets among the parameters, which are hidden in error texts.
    /// - Returns: the `<...Result>` element of the response.
    /// - Throws: `AWSError`.
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
        let response = try await client.send(
            APIRequest(
                operation: operation, resource: resource, http: request,
                signer: isSigned ? Signer(region: region.name, service: "sts") : nil, errorFormat: .xml,
                secrets: secrets, totalTime: .seconds(min(timeouts.totalSeconds, Self.maxSeconds)),
                validate: { response in
                    Self.result(of: operation, in: response) == nil
                        ? (.malformedResponse, "the response has no \(operation)Result") : nil
                }))
        return Self.result(of: operation, in: response)
            ?? XMLElement(name: "\(operation)Result", text: "", children: [])
    }

    /// Returns the element `<...Result>` of a response; nil when the response is not that of the operation.
    private static func result(of operation: String, in response: Response) -> XMLElement? {
        XMLElement.parse(response.body)?["\(operation)Result"]
    }

    /// Returns the credentials in the result of `AssumeRole` or `AssumeRoleWithWebIdentity`.
    ///
    /// - Throws: `AWSError` of the kind `.malformedResponse` when a part of the credentials is missing or invalid.
    func credentials(
        in result: XMLElement, operation: String, resource: String
    ) throws(AWSError) -> Credentials {
        let found = result["Credentials"]
        guard let id = found?["AccessKeyId"]?.text, let secret = found?["SecretAccessKey"]?.text,
            let token = found?["SessionToken"]?.text,
            let expiration = found?["Expiration"].flatMap({ ExpirationTime.parse(sts: $0.text) }),
            let credentials = Credentials(
                accessKeyID: id, secretAccessKey: secret, sessionToken: token, expiration: expiration)
        else {
            throw AWSError(
                .malformedResponse, operation: operation, resource: resource,
                message: "the response has no usable credentials", attempts: 1)
        }
        return credentials
    }

    /// Calls `GetCallerIdentity`, which needs no permission, and returns the identity of the client's credentials.
    func callerIdentity() async throws(AWSError) -> CallerIdentity {
        let result = try await send("GetCallerIdentity", [], resource: "", isSigned: true)
        func text(_ name: String) -> String { Redaction([]).clean(result[name]?.text ?? "") }
        return CallerIdentity(arn: text("Arn"), account: text("Account"))
    }
}
