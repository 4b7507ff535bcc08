// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import Glibc
import HTTP

/// The environment variables in which libcurl finds the URL of a proxy.
enum ProxyVariable {
    /// Returns the name of the proxy variable that libcurl uses for a scheme, or nil when none is set. libcurl ignores
    /// `HTTP_PROXY`, because a CGI server sets it to a header of the client (https://httpoxy.org).
    static func name(for scheme: URL.Scheme) -> String? {
        let own = scheme == .http ? ["http_proxy"] : ["https_proxy", "HTTPS_PROXY"]
        return (own + ["all_proxy", "ALL_PROXY"]).first { name in
            getenv(name).map { $0.pointee != 0 } ?? false
        }
    }
}

extension CurlTransfer {
    /// Returns the text for an error whose text from libcurl can contain the URL of the proxy with its password; nil
    /// for every other code.
    func proxySafeText(for code: CURLcode) -> String? {
        let request = pending.request
        let variable = request.routing.bypassProxy ? nil : ProxyVariable.name(for: request.url.scheme)
        switch code {
        case CURLE_COULDNT_RESOLVE_PROXY:
            let source = variable ?? "the environment"
            return "the proxy in \(source) has a malformed URL or a host name without address"
        // libcurl reports a SOCKS proxy's name without address with this code as well.
        case CURLE_COULDNT_RESOLVE_HOST:
            return "a host name without address"
                + (variable.map { ", perhaps that of the proxy in \($0)" } ?? "")
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
