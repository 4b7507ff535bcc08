// SPDX-License-Identifier: Apache-2.0

import Glibc
import HTTP
import Logging
import Support

/// The rule about endpoints with http, which everyone on the network path can read and change.
///
/// Loopback addresses, and the link-local addresses of the metadata services, do not leave the machine. Elsewhere,
/// responses with new keys are refused: `AssumeRole`, `AssumeRoleWithWebIdentity`, containers and instances. Other
/// requests are sent, and the event `plain-http` says so once for each endpoint.
final class PlainHTTP: Sendable {
    private let logger: Logger
    private let logged = Locked<Set<String>>([])

    init(logger: Logger) { self.logger = logger }

    /// The link-local addresses of the credentials endpoints of containers in ECS and EKS.
    private static let containers: Set<String> = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"]
    /// The link-local addresses of the instance metadata service of EC2.
    private static let instances: Set<String> = ["169.254.169.254", "[fd00:ec2::254]"]

    /// Returns true when requests to `url` leave this machine without encryption.
    static func leaves(_ url: URL) -> Bool { url.scheme == .http && !isLoopback(url.host) }

    /// Returns true when the response of a container credentials endpoint can be read by others.
    static func leaves(container url: URL) -> Bool { leaves(url) && !containers.contains(url.host) }

    /// Returns true when the response of an instance metadata service can be read by others.
    static func leaves(instance url: URL) -> Bool { leaves(url) && !instances.contains(url.host) }

    /// Returns true for `localhost`, `127.0.0.0/8` and `::1`.
    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" { return true }
        if host.hasPrefix("[") {
            var address = in6_addr()
            var loopback = in6addr_loopback
            guard inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &address) == 1 else {
                return false
            }
            return memcmp(&address, &loopback, MemoryLayout<in6_addr>.size) == 0
        }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Logs that the requests to `endpoint`, which `setting` contains, are not encrypted. Endpoints with https and of
    /// this machine are not logged.
    func check(_ endpoint: URL, setting: String) {
        guard Self.leaves(endpoint) else { return }
        let base = "\(endpoint.scheme.rawValue)://\(endpoint.authority)"
        guard logged.withLock({ $0.insert("\(setting) \(base)").inserted }) else { return }
        logger.warning(
            """
            requests to \(base) (\(setting)) are not encrypted: session tokens, pictures and messages can be read on \
            the network; use https
            """,
            metadata: [
                "event": "\(AWSEvent.plainHTTP.rawValue)", "endpoint": "\(base)", "setting": "\(setting)",
            ])
    }
}
