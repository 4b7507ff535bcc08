// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import HTTP

extension EasyHandle {
    /// Sets everything that one request needs, on a handle that has just been made or reset. Fills `headers`,
    /// which must live until the next reset.
    func prepare(for request: Request, _ options: CurlOptions, headers: inout HeaderList) throws(EasyFailure)
    {
        try captureErrorText()
        try setDestination(request)
        try setConnection(request, options)
        try setTLS(options)
        try setMethod(request)
        try Self.fill(&headers, from: request)
        try set(CURLOPT_HTTPHEADER, headers)
    }

    private func setDestination(_ request: Request) throws(EasyFailure) {
        try set(CURLOPT_URL, request.url.rendered)
        // An object key may contain `/../`, which is part of its name.
        try set(CURLOPT_PATH_AS_IS, true)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try set(CURLOPT_FOLLOWLOCATION, false)
        // The answer of a proxy to CONNECT is not the answer of the server.
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
        // Without it libcurl reads the proxy variables of the environment, `no_proxy` included.
        if request.routing.bypassProxy { try set(CURLOPT_PROXY, "") }
    }

    private func setConnection(_ request: Request, _ options: CurlOptions) throws(EasyFailure) {
        try set(CURLOPT_NOSIGNAL, true)
        // A cancelled transfer must not wait for its resolver thread: the whole loop would stand still.
        try set(CURLOPT_QUICK_EXIT, true)
        let connect = request.limits.connect.components
        let milliseconds = connect.seconds * 1000 + connect.attoseconds / 1_000_000_000_000_000
        // 0 would mean libcurl's default of 300 seconds.
        try set(CURLOPT_CONNECTTIMEOUT_MS, Int(min(max(milliseconds, 1), 3_600_000)))
        // Half-open connections: after 30 s of silence the kernel asks every 10 s, and gives up after as many questions
        // as `tcp_keepalive_probes` says, by default nine. Until then the limits find them.
        try set(CURLOPT_TCP_KEEPALIVE, true)
        try set(CURLOPT_TCP_KEEPIDLE, 30)
        try set(CURLOPT_TCP_KEEPINTVL, 10)
        try set(CURLOPT_MAXAGE_CONN, options.idleSeconds)
        try set(CURLOPT_MAXLIFETIME_CONN, options.lifetimeSeconds)
        guard request.routing.freshConnection else { return }
        try set(CURLOPT_FRESH_CONNECT, true)
        // Every cached address counts as expired for this transfer, and what it finds replaces it.
        try set(CURLOPT_DNS_CACHE_TIMEOUT, 0)
    }

    private func setTLS(_ options: CurlOptions) throws(EasyFailure) {
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try set(CURLOPT_SSL_VERIFYPEER, true)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        // The same for the way to a proxy whose URL begins with https.
        try set(CURLOPT_PROXY_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try set(CURLOPT_PROXY_SSL_VERIFYPEER, true)
        try set(CURLOPT_PROXY_SSL_VERIFYHOST, 2)
        // A renewed bundle is noticed within the hour, without parsing it for every connection.
        try set(CURLOPT_CA_CACHE_TIMEOUT, 3600)
        guard let bundle = options.caBundle else { return }
        try set(CURLOPT_CAINFO, bundle)
        try set(CURLOPT_PROXY_CAINFO, bundle)
    }

    private func setMethod(_ request: Request) throws(EasyFailure) {
        switch request.method {
        case .get where request.body.isEmpty:
            try set(CURLOPT_HTTPGET, true)
        case .head:
            try set(CURLOPT_NOBODY, true)
        case .delete where request.body.isEmpty:
            try set(CURLOPT_CUSTOMREQUEST, Request.Method.delete.rawValue)
        case .get, .put, .post, .delete:
            try request.travelsInOnePiece ? setSmallBody(request.body) : setUpload(request.body.count)
            // The two above choose how the body travels; the method is this one.
            try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
    }

    /// libcurl copies the body and sends it in one write with the headers: half the CPU time of an upload.
    private func setSmallBody(_ body: [UInt8]) throws(EasyFailure) {
        try set(CURLOPT_POST, true)
        try set(CURLOPT_POSTFIELDSIZE_LARGE, offset: body.count)
        let code = body.withUnsafeBytes { bytes in
            px_set_bytes(raw, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress ?? UnsafeRawPointer(text))
        }
        try check(code)
    }

    /// libcurl asks for the body part by part.
    private func setUpload(_ count: Int) throws(EasyFailure) {
        try set(CURLOPT_UPLOAD, true)
        try set(CURLOPT_INFILESIZE_LARGE, offset: count)
    }

    private static func fill(_ list: inout HeaderList, from request: Request) throws(EasyFailure) {
        for field in request.headers.fields {
            let isEmpty = field.value.allSatisfy { $0 == " " || $0 == "\t" }
            // "Name:" would remove the field; this is libcurl's way to send an empty one.
            try list.append(isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        // Only what the caller gave, and may have signed, is sent: these are the fields that libcurl adds.
        // Above 1 MiB it would add `Expect: 100-continue` and wait a second for a server that does not know it.
        for name in ["Accept", "Content-Type", "Expect"] where request.headers[name] == nil {
            try list.append("\(name):")
        }
    }
}

extension Request {
    /// Below 64 KiB libcurl sends headers and body with one call, unless it has to wait for a 100 (Continue)
    /// between them.
    var travelsInOnePiece: Bool { body.isEmpty || (body.count < 64 << 10 && headers["Expect"] == nil) }

    /// Why this request may not be sent, or nil.
    var mistake: String? {
        if let violation = headers.violation { return violation }
        if limits.responseBytes < 0 { return "the limit of the response is negative" }
        if method == .head, !body.isEmpty { return "a HEAD request has a body" }
        // The transport frames the body itself; two opinions about its length are how requests get smuggled.
        if headers["Transfer-Encoding"] != nil { return "Transfer-Encoding is set by the transport" }
        let lengths = headers.values(of: "Content-Length")
        guard lengths.allSatisfy({ $0 == String(body.count) }), lengths.count < 2 else {
            return
                "Content-Length \(lengths.joined(separator: ", ")) does not fit a body of \(body.count) bytes"
        }
        return nil
    }
}
