// SPDX-License-Identifier: Apache-2.0

/// The JSON document in which metadata services and credential processes return credentials.
enum MetadataCredentials {
    /// The origin of a document, which determines the required members.
    enum Origin {
        /// The response of a metadata service, which must contain the access keys, `Token` and `Expiration`. With a
        /// `Code` other than `Success` it is an error, although its status is 200.
        case service
        /// The output of a credential process, which must contain the access keys and `"Version": 1`. Credentials
        /// without `Expiration` do not expire.
        case process
    }

    /// Decodes a document and returns its credentials. The rules are those of botocore.
    ///
    /// - Parameter secrets: the redaction of the request's secrets. These secrets and the keys in the document are
    ///   hidden in error texts.
    static func read(
        _ bytes: [UInt8], from origin: Origin, hiding secrets: Redaction = Redaction([])
    ) -> Result<Credentials, Problem> {
        let name = origin == .process ? "the output" : "the response"
        guard let document = CredentialDocument(bytes) else {
            return .failure(Problem("\(name) is not the JSON of credentials"))
        }
        let secrets = secrets.adding(["SecretAccessKey", "Token", "SessionToken"].map(document.text))
        let message = secrets.clean(
            document.text("Message") ?? document.text("message") ?? "no message")
        switch (origin, document["Version"]) {
        case (.service, _):
            if let code = document.text("Code"), !["", "success"].contains(code.lowercased()) {
                return .failure(Problem("\(name) has the error code \(secrets.clean(code)): \(message)"))
            }
        case (.process, .number(1)): break
        case (.process, .number(let version)):
            let shown = Int(exactly: version).map { "\($0)" } ?? "\(version)"
            return .failure(Problem("\(name) must have Version 1 (got \(shown))"))
        case (.process, nil): return .failure(Problem("\(name) must have Version 1 (got none)"))
        case (.process, _):
            return .failure(Problem("\(name) must have Version 1 as a number (got another value)"))
        }
        guard let id = document.text("AccessKeyId"), let secret = document.text("SecretAccessKey") else {
            return .failure(Problem("\(name) has no keys: \(message)"))
        }
        let token: String?
        switch document[origin == .process ? "SessionToken" : "Token"] {
        case nil where origin == .service: return .failure(Problem("\(name) has no token"))
        case nil, .null?: token = nil
        case .string(let text)?: token = text
        default: return .failure(Problem("the session token in \(name) is not a string"))
        }
        let expiration: Double?
        switch document["Expiration"] {
        case nil where origin == .process, .null? where origin == .process: expiration = nil
        case nil: return .failure(Problem("\(name) has no expiration"))
        case .string(let text)?:
            guard let time = ExpirationTime.parse(text) else {
                return .failure(
                    Problem("the expiration \"\(text.prefix(40))\" is not a time with a date and a zone"))
            }
            expiration = time
        default: return .failure(Problem("the expiration in \(name) is not a string"))
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
