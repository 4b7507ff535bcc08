// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The JSON document in which metadata services and credential processes return credentials.
struct MetadataCredentials: Decodable {
    /// The result code: `Success`, or an error code in a response of status 200.
    var Code: String?
    var Message: String?
    var AccessKeyId: String?
    var SecretAccessKey: String?
    var Token: String?
    /// The session token in the output of a credential process; nil for long-term credentials.
    var SessionToken: String?
    var Expiration: String?
    /// The version of the format in the output of a credential process, which must be 1.
    var Version: Int?

    /// The origin of a document, which determines the required members.
    enum Origin {
        /// The response of a metadata service, which must contain the access keys, `Token` and `Expiration`.
        case service
        /// The output of a credential process, which must contain the access keys and `"Version": 1`.
        case process
    }

    /// Decodes a document and returns its credentials.
    ///
    /// - Parameter secrets: the redaction of the request's secrets. These secrets and the keys in the document are
    ///   hidden in error texts.
    static func read(
        _ bytes: [UInt8], from origin: Origin, hiding secrets: Redaction = Redaction([])
    ) -> Result<Credentials, Problem> {
        let document = origin == .process ? "the output" : "the response"
        guard let body = JSON.decode(Self.self, from: bytes) else {
            return .failure(Problem("\(document) is not the JSON of credentials"))
        }
        let secrets = secrets.adding([body.SecretAccessKey, body.Token, body.SessionToken])
        let message = secrets.hide(in: body.Message ?? "no message")
        if let code = body.Code, code != "Success" {
            return .failure(Problem("\(document) has the error code \(secrets.hide(in: code)): \(message)"))
        }
        if origin == .process, body.Version != 1 {
            return .failure(
                Problem("\(document) must have Version 1 (got \(body.Version.map { "\($0)" } ?? "none"))"))
        }
        guard let id = body.AccessKeyId, let secret = body.SecretAccessKey else {
            return .failure(Problem("\(document) has no keys: \(message)"))
        }
        let token = origin == .process ? body.SessionToken : body.Token
        if origin == .service, token == nil { return .failure(Problem("\(document) has no token")) }
        var expiration: Double?
        if let text = body.Expiration {
            guard let time = HTTPDate.parseISO8601(text) else {
                return .failure(Problem("the expiration \(text.prefix(40)) is not an ISO 8601 time"))
            }
            expiration = time
        } else if origin == .service {
            return .failure(Problem("\(document) has no expiration"))
        }
        guard
            let credentials = Credentials(
                accessKeyID: id, secretAccessKey: secret, sessionToken: token, expiration: expiration)
        else { return .failure(Problem("the keys are empty or contain white space or control characters")) }
        return .success(credentials)
    }

    /// The reason why a document has no usable credentials, in one line of at most 300 characters.
    struct Problem: Error {
        var text: String

        init(_ text: String) { self.text = String(text.prefix(300).map { $0.isNewline ? " " : $0 }) }
    }
}
