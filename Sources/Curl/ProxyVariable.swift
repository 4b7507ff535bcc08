// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import Glibc
import HTTP

/// The variables by which libcurl finds a proxy, `no_proxy` aside.
enum ProxyVariable {
    /// The one that counts for a scheme, or nil when none is set. `HTTP_PROXY` does not count: a CGI server sets it
    /// to what a client sends (https://httpoxy.org).
    static func name(for scheme: URL.Scheme) -> String? {
        let own = scheme == .http ? ["http_proxy"] : ["https_proxy", "HTTPS_PROXY"]
        return (own + ["all_proxy", "ALL_PROXY"]).first { name in
            getenv(name).map { $0.pointee != 0 } ?? false
        }
    }
}

extension CurlTransfer {
    /// What is said instead of libcurl's words: with these codes they may repeat the proxy's URL, password included, or
    /// what a mistake in it makes of the password. Nil for every other code.
    func ownWords(for code: CURLcode) -> String? {
        let request = order.request
        let variable = request.routing.bypassProxy ? nil : ProxyVariable.name(for: request.url.scheme)
        switch code {
        case CURLE_COULDNT_RESOLVE_PROXY:
            let place = variable ?? "the environment"
            return "the proxy in \(place) has a malformed URL or a name without address"
        // Also a SOCKS proxy without address.
        case CURLE_COULDNT_RESOLVE_HOST:
            return "a name without address" + (variable.map { ", perhaps that of the proxy in \($0)" } ?? "")
        case CURLE_NOT_BUILT_IN:
            return "libcurl lacks a feature" + (variable.map { ", perhaps that of the proxy in \($0)" } ?? "")
        case CURLE_COULDNT_CONNECT:
            let error = Int32(truncatingIfNeeded: easy?.long(CURLINFO_OS_ERRNO) ?? 0)
            guard error == 0 else {
                return String(cString: strerror(error))
                    + (variable.map { ", perhaps by the proxy in \($0)" } ?? "")
            }
            return variable.map { "no connection; check the scheme of the proxy in \($0)" } ?? "no connection"
        default: return nil
        }
    }
}
