// SPDX-License-Identifier: Apache-2.0

package import Support

/// What can be chosen about the transport as a whole. What a single request needs travels with the request.
package struct CurlOptions: Sendable, Equatable {
    /// Transfers under way at once, and connections open at once; the rest wait in order of arrival. 1...4096.
    package var maxConnections = 256
    /// Transfers under way at once to one host and port. 1...`maxConnections`.
    package var maxConnectionsPerHost = 64
    /// Requests handed over and not yet finished, the waiting ones included. One more fails at once as
    /// `.overloaded`: callers are expected to bound their own work far below. 1...1000000.
    package var maxPendingRequests = 4096
    /// A connection idle for longer is not used again: servers and address translators drop idle ones,
    /// some without a word. 1...3600.
    package var idleSeconds = 60
    /// A connection older than this is not used again, so that a changed address is noticed and load spreads
    /// over the addresses of a name. 1...86400.
    package var lifetimeSeconds = 600
    /// Certificates to trust instead of the system's, those of https proxies too: a file in PEM form. Nil: see
    /// `completed(from:)`.
    package var caBundle: String?

    package init() {}

    /// These options, and where they name no trusted certificates, the file that the environment names: by
    /// `AWS_CA_BUNDLE` as for AWS's SDKs, `CURL_CA_BUNDLE` as for the curl command, or `SSL_CERT_FILE` as for OpenSSL.
    /// libcurl reads none of them. Without any, the certificates are the system's.
    package func completed(from environment: [String: String]) -> CurlOptions {
        var options = self
        let named = ["AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"].lazy.compactMap { environment[$0] }
        options.caBundle = caBundle ?? named.first { !$0.isEmpty }
        return options
    }

    /// Every value that is out of its range.
    package func problems() -> [OptionProblem] {
        var found: [OptionProblem] = []
        func check(_ field: String, _ value: Int, _ range: ClosedRange<Int>) {
            guard !range.contains(value) else { return }
            found.append(
                OptionProblem(field, expected: "\(range.lowerBound)...\(range.upperBound)", got: "\(value)"))
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
