// SPDX-License-Identifier: Apache-2.0

/// The class of a status code: the sender of such a response, and the result that the same request can have later.
///
/// The codes are those of the HTTP Status Code Registry of IANA, and the unregistered ones that proxies, load balancers
/// and content delivery networks send.
package enum StatusClass: Sendable, CaseIterable {
    /// The service has carried out the request.
    case success
    /// The service refuses the request, and would refuse it again.
    case refused
    /// The server closed a connection on which it waited for a request (408). Servers send this response on an idle
    /// connection as well, and a later request on that connection then receives it (RFC 9110, 15.5.9).
    case timedOut
    /// The server refuses the request because of the number or rate of requests.
    case throttled
    /// The server, or one behind it, cannot carry out the request at present. The same request can succeed later.
    case failing
    /// The response is not that of the service, but of a proxy, a captive portal or another server on the way: an
    /// interim response, a redirect, a partial or transformed body, or a code that no service sends.
    case foreign

    package init(_ status: Int) {
        switch status {
        case 200, 201, 204: self = .success
        case 400...406, 409...417, 422...424, 428, 431, 451, 501: self = .refused
        case 408: self = .timedOut
        // 509 (Bandwidth Limit Exceeded) is not registered.
        case 429, 509: self = .throttled
        // A server that is not responsible for the host (421) or refuses early data (425) accepts the request on
        // another connection.
        case 421, 425: self = .failing
        // Network Authentication Required, the response of a captive portal (RFC 6585, 6).
        case 511: self = .foreign
        // These include the codes 520...530 of Cloudflare and 598 and 599 of proxies, which are not registered.
        case 500...599: self = .failing
        default: self = .foreign
        }
    }

    /// True when the same request can succeed later, so that it is worth a retry on a new connection.
    package var isTransient: Bool {
        switch self {
        case .success, .refused: false
        case .timedOut, .throttled, .failing, .foreign: true
        }
    }
}
