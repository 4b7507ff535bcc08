// SPDX-License-Identifier: Apache-2.0

import Daemon
import Glibc
import Settings
import Support
import Systemd

/// The service, as `pixelated run` starts it. Its decoders are those of this program.
enum ScriptedService {
    /// Runs the service until it is stopped, and returns its exit status.
    ///
    /// - Parameter configuration: The path of the configuration file.
    static func run(configuration: String) async throws -> Int32 {
        StandardStreams.openMissing()
        ProcessMemory.forbidDumps()
        signal(SIGPIPE, SIG_IGN)
        let environment = Self.environment()
        let reader = SettingsReader(
            path: LocalPath(bytes: configuration.utf8), environment: environment, flags: [])
        let service = Service(
            settings: try reader.loadForService(), reader: reader, environment: environment, version: "test")
        return await service.run().rawValue
    }

    private static func environment() -> [String: String] {
        var found: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { found[parts[0]] = parts[1] }
            entry += 1
        }
        return found
    }
}
