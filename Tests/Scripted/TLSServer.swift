// SPDX-License-Identifier: Apache-2.0

import Foundation
package import HTTP

/// A TLS server on 127.0.0.1, `openssl s_server -www`, which responds to every request with a page about the
/// connection. The server ends when the object is released.
package final class TLSServer {
    package let url: HTTP.URL
    private let process: ChildProcess

    /// Starts the server and returns when it listens.
    ///
    /// - Parameters:
    ///   - authority: The authority that issues the certificate of the server.
    ///   - certificate: The certificate of the server.
    ///   - options: Further options of the openssl command.
    package init(
        _ authority: TLSAuthority, _ certificate: TLSAuthority.Certificate, options: [String] = []
    ) async throws {
        try await authority.issue(certificate)
        let name = certificate.rawValue
        let arguments =
            [
                "s_server", "-accept", "127.0.0.1:0", "-cert", authority.path("\(name).pem"), "-key",
                authority.path("\(name).key"), "-www",
            ] + options
        // The server ends when its standard input ends, so that it has an endless one.
        let child = try ChildProcess(
            Foundation.URL(filePath: TLSAuthority.openssl), arguments, input: "/dev/zero")
        let line: String
        do {
            line = try await child.log.line("ACCEPT line") { $0.hasPrefix("ACCEPT ") }
        } catch {
            child.signal(SIGTERM)
            throw error
        }
        process = child
        url = HTTP.URL(.https, host: "127.0.0.1", port: line.split(separator: ":").last.flatMap { Int($0) })
    }

    deinit { process.signal(SIGTERM) }
}
