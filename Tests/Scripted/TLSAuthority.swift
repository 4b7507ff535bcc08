// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A certificate authority and the server certificates that it issues, which the openssl command makes for one test.
package final class TLSAuthority: Sendable {
    /// A certificate for a server on 127.0.0.1: a valid one, one for another name, or one that has expired.
    package enum Certificate: String, CaseIterable, Sendable {
        case good, wrongName, expired

        fileprivate var names: String {
            self == .wrongName ? "DNS:other.example,IP:127.0.0.9" : "IP:127.0.0.1"
        }
        /// The validity in days. For a negative number the openssl command makes a certificate that ends before it
        /// begins.
        fileprivate var days: String { self == .expired ? "-1" : "2" }
    }

    static let openssl = "/usr/bin/openssl"
    /// True when the openssl command is installed.
    package static var isAvailable: Bool { FileManager.default.isExecutableFile(atPath: openssl) }

    /// The path of the temporary directory of all files. It is deleted with this object.
    package let folder: String
    /// The path of the authority's own certificate, for a client that trusts the authority.
    package var bundle: String { folder + "/ca.pem" }

    package init() async throws {
        folder = NSTemporaryDirectory() + "px-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try await Self.run(
            ["req", "-x509", "-keyout", path("ca.key"), "-out", bundle, "-subj", "/CN=px test", "-days", "2"]
                + Self.newKey)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Issues a certificate: the files `NAME.pem` and `NAME.key` in the folder, where NAME is the raw value of
    /// `certificate`.
    func issue(_ certificate: Certificate) async throws {
        let name = certificate.rawValue
        let extensions = "subjectAltName=\(certificate.names)\n"
        try extensions.write(toFile: path("\(name).ext"), atomically: true, encoding: .utf8)
        try await Self.run(
            ["req", "-keyout", path("\(name).key"), "-out", path("\(name).csr"), "-subj", "/CN=x"]
                + Self.newKey)
        try await Self.run([
            "x509", "-req", "-in", path("\(name).csr"), "-CA", bundle, "-CAkey", path("ca.key"),
            "-CAcreateserial", "-out", path("\(name).pem"), "-days", certificate.days, "-extfile",
            path("\(name).ext"),
        ])
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    /// Makes OpenSSL accept versions of TLS below 1.2 in this process. This method must be called before OpenSSL is
    /// used.
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

    /// Returns the path of a file in the folder.
    package func path(_ name: String) -> String { folder + "/" + name }

    private static func run(_ arguments: [String]) async throws {
        let child = try ChildProcess(URL(filePath: openssl), arguments)
        guard try await child.end() == .exit(0) else {
            throw TestError("openssl \(arguments.joined(separator: " ")): \(child.log.lines)")
        }
    }
}
