// SPDX-License-Identifier: Apache-2.0

package import Support

/// The options of the HTTP server for health probes and metrics.
package struct HealthOptions: Sendable, Equatable {
    /// The address that the server listens on, such as `127.0.0.1:9464`, `[::1]:9464`, or `/run/pixelated/health` for a
    /// Unix domain socket; nil for no server.
    package var listen: String?

    package init() {}

    /// Returns a problem for each option with an invalid value.
    package func problems() -> [OptionProblem] {
        guard let listen, ListenAddress(listen) == nil else { return [] }
        return [
            OptionProblem(
                "listen",
                expected:
                    "\"ADDRESS:PORT\" with a numeric address, the absolute path of a Unix socket, or null",
                got: listen)
        ]
    }
}
