// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import Glibc
import HTTP
import Support

extension CurlTransfer {
    /// Returns the response or error of a transfer that libcurl has finished with `code`. It reads the easy handle, so
    /// it must be called before the handle is reset.
    func outcome(_ code: CURLcode, now: ContinuousClock.Instant) -> PendingRequest.Outcome {
        guard let easy, code == CURLE_OK, let status = collector.status else {
            return .failure(failure(code, now: now))
        }
        return .success(
            Response(
                status: status, headers: collector.headers, body: collector.body,
                elapsed: now - pending.begin,
                openedConnection: easy.long(CURLINFO_NUM_CONNECTS) > 0))
    }

    /// Returns an error with the phase and the host of this transfer.
    func failure(
        _ kind: TransportError.Kind, _ detail: String, now: ContinuousClock.Instant
    ) -> TransportError {
        TransportError(kind, phase: phase, host: host, elapsed: now - pending.begin, detail: detail)
    }

    private func failure(_ code: CURLcode, now: ContinuousClock.Instant) -> TransportError {
        let limit = pending.request.limits.responseBytes
        switch collector.failure {
        case .bodyTooLarge: return failure(.tooLarge, "the body is larger than \(limit) bytes", now: now)
        case .headersTooLarge:
            return failure(.tooLarge, "more than \(ResponseCollector.headerLimit) bytes of headers", now: now)
        case .malformed: return failure(.malformedResponse, "a malformed header line", now: now)
        case .ambiguousLength:
            return failure(.malformedResponse, "several values of Content-Length", now: now)
        case nil: break
        }
        guard code != CURLE_OK else { return failure(.malformedResponse, "no status line", now: now) }
        let text =
            proxySafeText(for: code) ?? easy?.errorText(for: code)
            ?? String(cString: curl_easy_strerror(code))
        // The text can contain parts of a certificate or a response.
        return failure(
            kind(of: code), "\(text.withoutControlCharacters) (libcurl \(code.rawValue))", now: now)
    }

    /// Returns the kind of error for a result code of libcurl (https://curl.se/libcurl/c/libcurl-errors.html).
    private func kind(of code: CURLcode) -> TransportError.Kind {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .unresolvable
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED, CURLE_PROXY: .refused
        // The limit for connecting is the only one that libcurl enforces.
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_PARTIAL_FILE: .truncated
        case CURLE_SSL_CONNECT_ERROR: brokeInHandshake ? .disconnected : .tls
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CLIENTCERT:
            .tls
        case CURLE_RECV_ERROR: wasRefusedByProxy ? .refused : .disconnected
        case CURLE_SEND_ERROR, CURLE_GOT_NOTHING, CURLE_SEND_FAIL_REWIND, CURLE_SSL_SHUTDOWN_FAILED:
            .disconnected
        // The scheme of the URL is http or https, so an unsupported protocol is a response that is not HTTP/1.
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            .malformedResponse
        case CURLE_URL_MALFORMAT: .invalidRequest
        default: .other
        }
    }

    /// True when the connection broke during the TLS handshake, which is an error of the network and not of a
    /// certificate.
    private var brokeInHandshake: Bool {
        let error = easy?.long(CURLINFO_OS_ERRNO) ?? 0
        return error == Int(ECONNRESET) || error == Int(EPIPE)
    }

    /// True when the proxy refused the CONNECT request.
    private var wasRefusedByProxy: Bool { (easy?.long(CURLINFO_HTTP_CONNECTCODE) ?? 0) >= 400 }
}
