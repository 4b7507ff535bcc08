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
    /// The region of the bucket: that of the header `x-amz-bucket-region`, of the error document, or in the host name
    /// of the endpoint to which S3 redirects; nil when the response contains none of them.
    var region: String?
    /// The time of the response by the clock of the server, in seconds since 1970-01-01T00:00:00Z: that in the error
    /// document of S3 (`ServerTime`), of the header `Date`, or in the message of SQS and STS about an expired
    /// signature; nil when the response contains none of them.
    var serverTime: Double?
    /// The pause before a retry that the header `x-amz-retry-after` or `Retry-After` requests, 0...3600 s; nil when
    /// both headers are absent or invalid.
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
    /// - Parameters:
    ///   - secrets: the redaction of the request's secrets, with which all texts are cleaned.
    ///   - now: the current time in seconds since 1970-01-01T00:00:00Z, from which a pause is computed that ends at a
    ///     date.
    init(_ response: Response, format: Format, hiding secrets: Redaction, now: Double) {
        status = response.status
        code = "HTTP\(response.status)"
        message = ""
        let headers = response.headers
        requestID = response.requestID.flatMap(secrets.cleanIdentifier)
        region = headers["x-amz-bucket-region"]
        let date = headers["date"].flatMap(HTTPDate.parse)
        retryAfter = Self.retryAfter(headers, now: date ?? now)
        switch format {
        case .json: readJSON(response, secrets)
        case .xml: readXML(response.body, secrets)
        }
        serverTime = serverTime ?? date ?? Self.serverTime(inMessage: message)
        region =
            region
            ?? headers["location"].flatMap { URL($0) }.flatMap { Endpoints.region(ofStore: $0.host)?.name }
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
            code = secrets.clean(Self.shortened(name))
            isDocumented = true
        }
        legacyCode = response.headers["x-amzn-query-error"]
            .flatMap { $0.split(separator: ";").first.map(String.init) }
        message = secrets.clean(Self.explanation(body?.message ?? body?.Message ?? ""))
    }

    private mutating func readXML(_ bytes: [UInt8], _ secrets: Redaction) {
        guard let root = XMLElement.parse(bytes) else { return }
        guard let error = root.name == "Error" ? root : root["Error"] ?? root["Errors"]?["Error"] else {
            return
        }
        if let code = error["Code"]?.text, !code.isEmpty {
            self.code = secrets.clean(code)
            isDocumented = true
        }
        message = secrets.clean(Self.explanation(error["Message"]?.text ?? ""))
        let id = error["RequestId"] ?? root["RequestId"] ?? root["RequestID"]
        requestID = requestID ?? id.flatMap { secrets.cleanIdentifier($0.text) }
        if region == nil, let named = error["Region"]?.text, !named.isEmpty { region = named }
        if region == nil, let endpoint = error["Endpoint"]?.text {
            region = Endpoints.region(ofStore: endpoint.lowercased())?.name
        }
        serverTime = error["ServerTime"].flatMap { ExpirationTime.parse($0.text) }
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
        return words.first.map(String.init) ?? ""
    }

    /// Returns the pause that a server requests: the milliseconds of the header `x-amz-retry-after`, or the seconds or
    /// the date of `Retry-After` (RFC 9110, 10.2.3), limited to an hour.
    private static func retryAfter(_ headers: Headers, now: Double) -> Duration? {
        func number(_ text: String?) -> Double? {
            guard let text, !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                return nil
            }
            return Double(text)
        }
        let standard = headers["retry-after"]
        let seconds =
            number(headers["x-amz-retry-after"]).map { $0 / 1000 } ?? number(standard)
            ?? standard.flatMap(HTTPDate.parse).map { $0 - now }
        return seconds.map { .milliseconds(Int(min(max($0, 0), 3600) * 1000)) }
    }

    /// Returns the time of the server in a message such as `Signature expired: 20231114T221320Z is now earlier than
    /// 20231114T222820Z (20231114T223320Z - 5 min.)`, which SQS and STS send; nil for other messages.
    private static func serverTime(inMessage message: String) -> Double? {
        guard message.hasPrefix("Signature "), let bracket = message.lastIndex(of: "(") else { return nil }
        return HTTPDate.parseBasic(String(message[bracket...].dropFirst().prefix(16)))
    }
}

extension Response {
    /// The request id of S3, SQS or STS in the headers, as it was sent; nil when there is none.
    var requestID: String? {
        Self.requestIDNames.lazy.compactMap { headers[$0] }.first { !$0.isEmpty }
    }

    private static let requestIDNames = ["x-amzn-requestid", "x-amz-request-id", "x-amz-id-2"]

    /// Returns the response with cleaned request ids, which callers put into logs.
    func cleaned(by secrets: Redaction) -> Response {
        var response = self
        for name in Self.requestIDNames {
            if let id = headers[name] { response.headers[name] = secrets.cleanIdentifier(id) }
        }
        return response
    }
}
