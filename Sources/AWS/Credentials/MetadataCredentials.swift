// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The JSON in which the metadata services of instances and containers, and credential processes, give keys.
struct MetadataCredentials: Decodable {
    /// Present and not `Success` when something is wrong, with the HTTP status 200 all the same.
    var Code: String?
    var Message: String?
    var AccessKeyId: String?
    var SecretAccessKey: String?
    var Token: String?
    /// Its name in the output of a credential process.
    var SessionToken: String?
    var Expiration: String?
    /// In the output of a credential process: 1.
    var Version: Int?

    /// Who writes it, and so what must be there.
    enum Writer {
        /// Keys of a role: always with a token and an expiry.
        case service
        /// Version 1 of the format; token and expiry as the keys have them.
        case process
    }

    /// The keys, or why there are none.
    static func read(
        _ bytes: [UInt8], from writer: Writer, hiding secrets: Redaction = Redaction([])
    ) -> Result<Credentials, Problem> {
        guard let body = JSON.decode(Self.self, from: bytes) else {
            return .failure(Problem("the answer is not the JSON of credentials"))
        }
        // An error may repeat what it should not, half of the keys among it.
        let secrets = secrets.adding([body.SecretAccessKey, body.Token, body.SessionToken])
        let message = secrets.hide(in: body.Message ?? "no message")
        if let code = body.Code, code != "Success" {
            return .failure(Problem("the answer is \(secrets.hide(in: code)): \(message)"))
        }
        if writer == .process, body.Version != 1 {
            return .failure(
                Problem("the answer must have Version 1 (got \(body.Version.map { "\($0)" } ?? "none"))"))
        }
        guard let id = body.AccessKeyId, let secret = body.SecretAccessKey else {
            return .failure(Problem("the answer has no keys: \(message)"))
        }
        let token = writer == .process ? body.SessionToken : body.Token
        if writer == .service, token == nil { return .failure(Problem("the answer has no token")) }
        var expiration: Double?
        if let text = body.Expiration {
            guard let time = HTTPDate.parseISO8601(text) else {
                return .failure(Problem("the expiration \(text.prefix(40)) is no ISO 8601 time"))
            }
            expiration = time
        } else if writer == .service {
            return .failure(Problem("the answer has no expiration"))
        }
        guard
            let credentials = Credentials(
                accessKeyID: id, secretAccessKey: secret, sessionToken: token, expiration: expiration)
        else { return .failure(Problem("the keys are empty or contain white space or control characters")) }
        return .success(credentials)
    }

    struct Problem: Error {
        var text: String

        init(_ text: String) { self.text = String(text.prefix(300).map { $0.isNewline ? " " : $0 }) }
    }
}
