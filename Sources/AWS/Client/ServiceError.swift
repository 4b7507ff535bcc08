// SPDX-License-Identifier: Apache-2.0

import HTTP

/// An error as a service reports it, in whichever form it does.
struct ServiceError: Sendable, Equatable {
    var status: Int
    /// Without namespace and decoration; `HTTP<status>` when the answer names none.
    var code: String
    /// The older name of the same error, which SQS sends in a header.
    var legacyCode: String?
    var message: String
    var requestID: String?
    /// The region where the bucket really is.
    var region: String?
    /// When the server answered, by its own clock, in seconds since the epoch.
    var serverTime: Double?
    /// How long the server asks to wait.
    var retryAfter: Duration?

    /// The form in which a service writes its errors.
    enum Form: Sendable {
        /// `{"__type": ..., "message": ...}`: SQS.
        case json
        /// `<Error><Code>...`, S3; `<ErrorResponse><Error><Code>...`, STS.
        case xml
    }

    /// - Parameter secrets: what must not be seen, whatever the server says.
    init(_ response: Response, form: Form, hiding secrets: Redaction) {
        status = response.status
        code = "HTTP\(response.status)"
        message = ""
        let headers = response.headers
        requestID = (headers["x-amzn-requestid"] ?? headers["x-amz-request-id"]).map(secrets.hide)
        region = headers["x-amz-bucket-region"]
        serverTime = headers["date"].flatMap(HTTPDate.parse)
        retryAfter = headers["x-amz-retry-after"].flatMap(Int.init)
            .flatMap { $0 >= 0 ? .milliseconds(min($0, 3_600_000)) : nil }
        switch form {
        case .json: readJSON(response, secrets)
        case .xml: readXML(response.body, secrets)
        }
    }

    private mutating func readJSON(_ response: Response, _ secrets: Redaction) {
        struct Body: Decodable {
            var __type: String?
            var code: String?
            var message: String?
            var Message: String?
        }
        let body = JSON.decode(Body.self, from: response.body)
        if let name = response.headers["x-amzn-errortype"] ?? body?.__type ?? body?.code {
            code = Self.singleLine(secrets.hide(in: Self.bare(name)))
        }
        legacyCode = response.headers["x-amzn-query-error"]
            .flatMap { $0.split(separator: ";").first.map(String.init) }
        message = Self.explanation(secrets.hide(in: body?.message ?? body?.Message ?? ""))
    }

    private mutating func readXML(_ bytes: [UInt8], _ secrets: Redaction) {
        guard let root = XMLElement.parse(bytes) else { return }
        guard let error = root.name == "Error" ? root : root["Error"] ?? root["Errors"]?["Error"] else {
            return
        }
        if let code = error["Code"]?.text, !code.isEmpty {
            self.code = Self.singleLine(secrets.hide(in: code))
        }
        message = Self.explanation(secrets.hide(in: error["Message"]?.text ?? ""))
        requestID =
            requestID ?? error["RequestId"]?.text ?? root["RequestId"]?.text ?? root["RequestID"]?.text
        requestID = requestID.map { Self.singleLine(secrets.hide(in: $0)) }
        if region == nil, let named = error["Region"]?.text, !named.isEmpty { region = named }
    }

    /// `com.amazonaws.sqs#QueueDoesNotExist:http://...` is `QueueDoesNotExist`: first cut at the colon, then
    /// keep what follows the number sign.
    private static func bare(_ name: String) -> String {
        let head = name.split(separator: ":", omittingEmptySubsequences: false).first ?? ""
        return head.split(separator: "#").last.map(String.init) ?? name
    }

    /// The message without the canonical request that SQS and STS append to a refused signature: it repeats the
    /// request's headers, the session token among them.
    private static func explanation(_ message: String) -> String {
        let words = message.split(
            separator: "The Canonical String", maxSplits: 1, omittingEmptySubsequences: false)
        return singleLine(words.first.map(String.init) ?? "")
    }

    /// Text of a server is printed in one line of bounded length.
    private static func singleLine(_ text: String) -> String {
        String(text.prefix(500).map { $0.isNewline ? " " : $0 })
    }
}
