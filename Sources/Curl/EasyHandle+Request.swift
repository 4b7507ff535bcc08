// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import HTTP
import Support

extension EasyHandle {
    /// Sets all options of the handle for a request, and appends the header lines to `headers`. The handle must be new
    /// or reset, and `headers` must not be freed before the next reset.
    ///
    /// - Throws: `EasyFailure` when libcurl has no memory or lacks a feature.
    func prepare(for request: Request, _ options: CurlOptions, headers: inout HeaderList) throws(EasyFailure)
    {
        try setErrorBuffer()
        try setDestination(request)
        try setConnection(request, options)
        try setTLS(options)
        try setMethod(request)
        Self.fill(&headers, from: request)
        try set(CURLOPT_HTTPHEADER, headers)
    }

    private func setDestination(_ request: Request) throws(EasyFailure) {
        try set(CURLOPT_URL, request.url.rendered)
        // An object key may contain `/../`, which libcurl would resolve.
        try set(CURLOPT_PATH_AS_IS, true)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try set(CURLOPT_FOLLOWLOCATION, false)
        // The proxy's response to CONNECT must not be taken for the response of the server.
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
        // Unless the option is set, libcurl reads the proxy variables of the environment.
        if request.routing.bypassProxy { try set(CURLOPT_PROXY, "") }
    }

    private func setConnection(_ request: Request, _ options: CurlOptions) throws(EasyFailure) {
        try set(CURLOPT_NOSIGNAL, true)
        // Removing a transfer must not wait for its resolver thread, because the wait would block the loop.
        try set(CURLOPT_QUICK_EXIT, true)
        // 0 would select the default of libcurl, 300 seconds.
        let milliseconds = min(max(request.limits.connect.inMilliseconds, 1), 3_600_000)
        try set(CURLOPT_CONNECTTIMEOUT_MS, Int(milliseconds))
        // TCP keep-alive closes half-open connections: after 30 s without traffic the kernel sends a probe every 10 s,
        // and gives up after `net.ipv4.tcp_keepalive_probes` of them, 9 by default.
        try set(CURLOPT_TCP_KEEPALIVE, true)
        try set(CURLOPT_TCP_KEEPIDLE, 30)
        try set(CURLOPT_TCP_KEEPINTVL, 10)
        try set(CURLOPT_MAXAGE_CONN, options.idleSeconds)
        try set(CURLOPT_MAXLIFETIME_CONN, options.lifetimeSeconds)
        guard request.routing.freshConnection else { return }
        try set(CURLOPT_FRESH_CONNECT, true)
        // 0 makes libcurl resolve the name again and replace the cached addresses.
        try set(CURLOPT_DNS_CACHE_TIMEOUT, 0)
    }

    private func setTLS(_ options: CurlOptions) throws(EasyFailure) {
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try set(CURLOPT_SSL_VERIFYPEER, true)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        // The same options apply to the connection to an https proxy.
        try set(CURLOPT_PROXY_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try set(CURLOPT_PROXY_SSL_VERIFYPEER, true)
        try set(CURLOPT_PROXY_SSL_VERIFYHOST, 2)
        // The parsed CA bundle is cached for an hour. After that a renewed file is read.
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
            // The body options imply POST and PUT; this one sets the method.
            try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
    }

    /// Sets a small request body, which libcurl copies and sends in one write with the headers. This takes half the CPU
    /// time of an upload through the read callback.
    private func setSmallBody(_ body: [UInt8]) throws(EasyFailure) {
        try set(CURLOPT_POST, true)
        try set(CURLOPT_POSTFIELDSIZE_LARGE, offset: body.count)
        let code = body.withUnsafeBytes { bytes in
            px_set_bytes(raw, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress ?? UnsafeRawPointer(text))
        }
        try check(code)
    }

    /// Sets an upload of `count` bytes, for which libcurl reads the request body through the read callback.
    private func setUpload(_ count: Int) throws(EasyFailure) {
        try set(CURLOPT_UPLOAD, true)
        try set(CURLOPT_INFILESIZE_LARGE, offset: count)
    }

    /// Appends the header lines of `request` to `list`.
    private static func fill(_ list: inout HeaderList, from request: Request) {
        for field in request.headers.fields {
            let isEmpty = field.value.utf8.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            // libcurl takes "Name;" for a field with an empty value, and "Name:" for the removal of a field.
            if isEmpty { list.append(field.name, ";") } else { list.append(field.name, ": ", field.value) }
        }
        // The signature covers this header. libcurl would derive it from its own form of the URL.
        if request.headers["Host"] == nil { list.append("Host", ": ", request.url.authority) }
        // Only the fields of the request are sent, which may be signed. libcurl would add these three; with
        // `Expect: 100-continue`, for bodies above 1 MiB, it would wait up to a second for the server.
        for name in ["Accept", "Content-Type", "Expect"] where request.headers[name] == nil {
            list.append(name, ":")
        }
    }
}

extension Request {
    /// True when libcurl sends headers and body in one write: the body is smaller than 64 KiB, and there is no header
    /// `Expect`, after which libcurl waits for a 100 (Continue) response between the two.
    var travelsInOnePiece: Bool { body.isEmpty || (body.count < 64 << 10 && headers["Expect"] == nil) }

    /// The reason why the request cannot be sent, or nil when the request is valid.
    var problem: String? {
        if let problem = headers.problem { return problem }
        if limits.responseBytes < 0 { return "the limit of the response body is negative" }
        if method == .head, !body.isEmpty { return "a HEAD request has a body" }
        // The transport frames the body itself. Contradicting lengths would allow request smuggling (RFC 9112, 11.2).
        if headers["Transfer-Encoding"] != nil { return "Transfer-Encoding is set by the transport" }
        let lengths = headers.values(of: "Content-Length")
        guard lengths.allSatisfy({ $0 == String(body.count) }), lengths.count < 2 else {
            return
                "Content-Length \(lengths.joined(separator: ", ")) does not fit a body of \(body.count) bytes"
        }
        return nil
    }
}
