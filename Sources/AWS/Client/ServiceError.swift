// SPDX-License-Identifier: Apache-2.0

import HTTP

/// An error as a service reports it: status, headers and body of its response.
struct ServiceError: Sendable, Equatable {
    var status: Int
    /// The error code without namespace and suffix; `HTTP<status>` when the response has none.
    var code: String
    /// The code of the older query protocol, which SQS sends in `x-amzn-query-error`.
    var legacyCode: String?
    var message: String
    var requestID: String?
    /// The bucket's region, when the response names it.
    var region: String?
    /// The time of the response by the server's clock (`Date`), in seconds since 1970-01-01T00:00:00Z.
    var serverTime: Double?
    /// The pause that the server asks for in `x-amz-retry-after`, 0...3600 s.
    var retryAfter: Duration?

    /// The format in which a service writes its errors.
    enum Format: Sendable {
        /// SQS: `{"__type": ..., "message": ...}` (AWS JSON 1.0 protocol).
        case json
        /// S3: `<Error><Code>...`. STS: `<ErrorResponse><Error><Code>...`.
        case xml
    }

    /// Reads the error in `response`.
    ///
    /// - Parameter secrets: the secrets of the request, hidden in all texts.
    init(_ response: Response, format: Format, hiding secrets: Redaction) {
        status = response.status
        code = "HTTP\(response.status)"
        message = ""
        let headers = response.headers
        requestID = (headers["x-amzn-requestid"] ?? headers["x-amz-request-id"]).map(secrets.hide)
        region = headers["x-amz-bucket-region"]
        serverTime = headers["date"].flatMap(HTTPDate.parse)
        retryAfter = headers["x-amz-retry-after"].flatMap(Int.init)
            .flatMap { $0 >= 0 ? .milliseconds(min($0, 3_600_000)) : nil }
        switch format {
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
            code = Self.singleLine(secrets.hide(in: Self.shortened(name)))
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

    /// Reduces `com.amazonaws.sqs#QueueDoesNotExist:http://...` to `QueueDoesNotExist`: the part before the first
    /// colon, and of that the part after the number sign (AWS JSON 1.0 protocol, "Operation error serialization").
    private static func shortened(_ name: String) -> String {
        let head = name.split(separator: ":", omittingEmptySubsequences: false).first ?? ""
        return head.split(separator: "#").last.map(String.init) ?? name
    }

    /// Cuts off the canonical request that SQS and STS append to the message about a wrong signature. It repeats the
    /// request's headers, the session token among them.
    private static func explanation(_ message: String) -> String {
        let words = message.split(
            separator: "The Canonical String", maxSplits: 1, omittingEmptySubsequences: false)
        return singleLine(words.first.map(String.init) ?? "")
    }

    /// Makes one line of at most 500 characters from a server's text.
    private static func singleLine(_ text: String) -> String {
        String(text.prefix(500).map { $0.isNewline ? " " : $0 })
    }
}
