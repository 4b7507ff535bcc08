// SPDX-License-Identifier: Apache-2.0

package import Support

/// The options of the HTTP transport as a whole. The limits of a single request are `Request.Limits`.
package struct CurlOptions: Sendable, Equatable {
    /// The maximum number of active transfers, and of open connections, 1...4096. Further requests wait in the order of
    /// arrival.
    package var maxConnections = 256
    /// The maximum number of active transfers to one host and port, 1...`maxConnections`.
    package var maxConnectionsPerHost = 64
    /// The maximum number of pending requests, active and waiting, 1...1000000. A further request fails at once with
    /// the error `.overloaded`. Callers should limit their work to far fewer requests.
    package var maxPendingRequests = 4096
    /// The maximum idle time of a connection that is reused, in seconds, 1...3600. Servers and NAT gateways drop idle
    /// connections, some of them without closing the connection.
    package var idleSeconds = 60
    /// The maximum age of a connection that is reused, in seconds, 1...86400. New connections are made to the current
    /// addresses of the host and distribute the load over them.
    package var lifetimeSeconds = 600
    /// The path of a PEM file with the trusted CA certificates for servers and https proxies; nil for the certificates
    /// of the system.
    package var caBundle: String?

    package init() {}

    /// Returns the options. When `caBundle` is nil, it is the value of `AWS_CA_BUNDLE` as in the AWS SDKs,
    /// `CURL_CA_BUNDLE` as in the curl command, or `SSL_CERT_FILE` as in OpenSSL, in this order. libcurl itself does
    /// not read these variables.
    package func completed(from environment: [String: String]) -> CurlOptions {
        var options = self
        let named = ["AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"].lazy.compactMap { environment[$0] }
        options.caBundle = caBundle ?? named.first { !$0.isEmpty }
        return options
    }

    /// Returns a problem for each option whose value is outside its range.
    package func problems() -> [OptionProblem] {
        var found: [OptionProblem] = []
        func check(_ field: String, _ value: Int, _ range: ClosedRange<Int>) {
            OptionProblem.check(field, value, in: range, &found)
        }
        check("maxConnections", maxConnections, 1...4096)
        check("maxConnectionsPerHost", maxConnectionsPerHost, 1...max(1, min(maxConnections, 4096)))
        check("maxPendingRequests", maxPendingRequests, 1...1_000_000)
        check("idleSeconds", idleSeconds, 1...3600)
        check("lifetimeSeconds", lifetimeSeconds, 1...86400)
        if let caBundle, caBundle.isEmpty || caBundle.utf8.contains(0) {
            found.append(
                OptionProblem(
                    "caBundle", expected: "the path of a PEM file, or null for the system's",
                    got: "\"\(caBundle)\""))
        }
        return found
    }
}
