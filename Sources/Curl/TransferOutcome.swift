// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import Glibc
import HTTP

extension CurlTransfer {
    /// What became of a transfer that libcurl has finished. Call it before the handle is reset.
    func outcome(_ code: CURLcode, now: ContinuousClock.Instant) -> PendingRequest.Outcome {
        guard let easy, code == CURLE_OK, let status = collector.status else {
            return .failure(failure(code, now: now))
        }
        return .success(
            Response(
                status: status, headers: collector.headers, body: collector.body, elapsed: now - order.begin,
                openedConnection: easy.long(CURLINFO_NUM_CONNECTS) > 0))
    }

    func failure(
        _ kind: TransportError.Kind, _ detail: String, now: ContinuousClock.Instant
    ) -> TransportError {
        TransportError(kind, phase: phase, host: host, elapsed: now - order.begin, detail: detail)
    }

    private func failure(_ code: CURLcode, now: ContinuousClock.Instant) -> TransportError {
        let limit = order.request.limits.responseBytes
        switch abort {
        case .bodyTooLarge: return failure(.tooLarge, "the body is larger than \(limit) bytes", now: now)
        case .headersTooLarge:
            return failure(.tooLarge, "more than \(ResponseCollector.headerLimit) bytes of headers", now: now)
        case .malformed: return failure(.malformedResponse, "a header line without a name", now: now)
        case nil: break
        }
        guard code != CURLE_OK else { return failure(.malformedResponse, "no status line", now: now) }
        let words =
            ownWords(for: code) ?? easy?.words(for: code) ?? String(cString: curl_easy_strerror(code))
        return failure(kind(of: code), "\(words) (libcurl \(code.rawValue))", now: now)
    }

    /// libcurl's codes in our terms. The whole list: https://curl.se/libcurl/c/libcurl-errors.html
    private func kind(of code: CURLcode) -> TransportError.Kind {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .unresolvable
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED, CURLE_PROXY: .refused
        // The only limit that libcurl keeps is that for connecting.
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
        // With a URL that can only be http or https this one is left for an answer that is not HTTP/1.
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            .malformedResponse
        case CURLE_URL_MALFORMAT: .invalidRequest
        default: .other
        }
    }

    /// The connection broke during the handshake: a fault of the network, not of a certificate.
    private var brokeInHandshake: Bool {
        let error = easy?.long(CURLINFO_OS_ERRNO) ?? 0
        return error == Int(ECONNRESET) || error == Int(EPIPE)
    }

    private var wasRefusedByProxy: Bool { (easy?.long(CURLINFO_HTTP_CONNECTCODE) ?? 0) >= 400 }
}
