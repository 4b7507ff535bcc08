// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The error that an AWS service returned, as read from the status, headers and body of its response.
struct ServiceError: Sendable, Equatable {
    var status: Int
    /// The error code, such as `NoSuchKey`, without the namespace before a number sign and the URL after a colon that
    /// SQS may add; `HTTP<status>` when the response has none.
    var code: String
    /// The error code of the older query protocol, which SQS sends in the header `x-amzn-query-error`; nil when the
    /// response has none.
    var legacyCode: String?
    var message: String
    var requestID: String?
    /// The region of the bucket; nil when the response does not contain it.
    var region: String?
    /// The time of the response by the clock of the server (header `Date`), in seconds since 1970-01-01T00:00:00Z; nil
    /// when the header is absent or invalid.
    var serverTime: Double?
    /// The pause before a retry that the header `x-amz-retry-after` requests, 0...3600 s; nil when the header is absent
    /// or invalid.
    var retryAfter: Duration?

    /// True when the response has an error code of the service and not only a status.
    var isDocumented = false
    /// True when the response is that of the service: it has an error code, a request id or the region of a bucket.
    var isFromService: Bool { isDocumented || requestID != nil || region != nil }

    /// The format of the error responses of a service.
    enum Format: Sendable {
        /// The format of SQS: `{"__type": ..., "message": ...}` (AWS JSON 1.0 protocol).
        case json
        /// The format of S3, `<Error><Code>...`, and of STS, `<ErrorResponse><Error><Code>...`.
        case xml
    }

    /// Reads the error from `response`.
    ///
    /// - Parameter secrets: the redaction of the request's secrets, which is applied to all texts.
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
            isDocumented = true
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
            isDocumented = true
        }
        message = Self.explanation(secrets.hide(in: error["Message"]?.text ?? ""))
        requestID =
            requestID ?? error["RequestId"]?.text ?? root["RequestId"]?.text ?? root["RequestID"]?.text
        requestID = requestID.map { Self.singleLine(secrets.hide(in: $0)) }
        if region == nil, let named = error["Region"]?.text, !named.isEmpty { region = named }
    }

    /// Returns `QueueDoesNotExist` for `com.amazonaws.sqs#QueueDoesNotExist:http://...`: the part before the first
    /// colon, and of that the part after the number sign (AWS JSON 1.0 protocol, "Operation error serialization").
    private static func shortened(_ name: String) -> String {
        let head = name.split(separator: ":", omittingEmptySubsequences: false).first ?? ""
        return head.split(separator: "#").last.map(String.init) ?? name
    }

    /// Returns `message` without the canonical request that SQS and STS append to the message about a wrong signature.
    /// That part repeats the headers of the request, among them the session token.
    private static func explanation(_ message: String) -> String {
        let words = message.split(
            separator: "The Canonical String", maxSplits: 1, omittingEmptySubsequences: false)
        return singleLine(words.first.map(String.init) ?? "")
    }

    /// Returns `text`, which a server sent, as one line of at most 500 characters.
    private static func singleLine(_ text: String) -> String {
        String(text.prefix(500).map { $0.isNewline ? " " : $0 })
    }
}
