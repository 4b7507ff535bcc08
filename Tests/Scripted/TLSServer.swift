// SPDX-License-Identifier: Apache-2.0

import Foundation
package import HTTP

/// A certificate authority and certificates of it, made by the openssl command for this run.
package final class TLSAuthority: Sendable {
    package enum Certificate: String, CaseIterable, Sendable {
        case good, wrongName, expired

        fileprivate var names: String {
            self == .wrongName ? "DNS:other.example,IP:127.0.0.9" : "IP:127.0.0.1"
        }
        /// openssl takes a negative number of days and makes a certificate that has ended before it began.
        fileprivate var days: String { self == .expired ? "-1" : "2" }
    }

    package let folder: String
    /// What a client must trust.
    package var bundle: String { folder + "/ca.pem" }

    package init() throws {
        folder = NSTemporaryDirectory() + "px-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try openssl(
            ["req", "-x509", "-keyout", path("ca.key"), "-out", bundle, "-subj", "/CN=px test", "-days", "2"]
                + Self.newKey)
    }

    /// Makes `NAME.pem` and `NAME.key` in the folder.
    func issue(_ certificate: Certificate) throws {
        let name = certificate.rawValue
        let extensions = "subjectAltName=\(certificate.names)\n"
        try extensions.write(toFile: path("\(name).ext"), atomically: true, encoding: .utf8)
        try openssl(
            ["req", "-keyout", path("\(name).key"), "-out", path("\(name).csr"), "-subj", "/CN=x"]
                + Self.newKey)
        try openssl([
            "x509", "-req", "-in", path("\(name).csr"), "-CA", bundle, "-CAkey", path("ca.key"),
            "-CAcreateserial", "-out", path("\(name).pem"), "-days", certificate.days, "-extfile",
            path("\(name).ext"),
        ])
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    /// Lets OpenSSL take TLS below 1.2, for this whole process and before it is used first.
    package func allowOldTLS() throws {
        let configuration = """
            openssl_conf = init
            [init]
            ssl_conf = ssl
            [ssl]
            system_default = tls
            [tls]
            MinProtocol = TLSv1
            CipherString = ALL:@SECLEVEL=0
            """
        try configuration.write(toFile: path("lax.cnf"), atomically: true, encoding: .utf8)
        setenv("OPENSSL_CONF", path("lax.cnf"), 1)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    package func path(_ name: String) -> String { folder + "/" + name }

    private func openssl(_ arguments: [String]) throws {
        let child = try ChildProcess([TLSServer.openssl] + arguments)
        guard child.wait() == 0 else { throw ChildProcess.Failure(arguments: arguments) }
    }
}

/// `openssl s_server -www`: answers every request with a page about the connection.
package final class TLSServer {
    static let openssl = "/usr/bin/openssl"
    package static var isAvailable: Bool { FileManager.default.isExecutableFile(atPath: openssl) }

    package let url: HTTP.URL
    private let process: ChildProcess

    package init(
        _ authority: TLSAuthority, _ certificate: TLSAuthority.Certificate, options: [String] = []
    ) throws {
        try authority.issue(certificate)
        let name = certificate.rawValue
        let arguments =
            [
                Self.openssl, "s_server", "-accept", "127.0.0.1:0", "-cert", authority.path("\(name).pem"),
                "-key",
                authority.path("\(name).key"), "-www",
            ]
            + options
        process = try ChildProcess(arguments)
        // It says `ACCEPT 127.0.0.1:PORT` once it listens.
        while let line = process.line() {
            guard line.hasPrefix("ACCEPT "), let port = line.split(separator: ":").last else { continue }
            url = HTTP.URL(.https, host: "127.0.0.1", port: Int(port.dropLast()))
            return
        }
        throw ChildProcess.Failure(arguments: arguments)
    }
}
