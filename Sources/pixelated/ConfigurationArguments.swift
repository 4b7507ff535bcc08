// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import Glibc
import Settings

/// Where the settings come from: shared by the commands that need them.
struct ConfigurationArguments: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Read the settings of this JSON file. Default: $PIXELATED_CONFIG, or no file.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var config: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Set one value, stronger than file and environment: queue.waitSeconds=5. May be repeated.",
            valueName: "path=value"))
    var assignments: [String] = []

    /// Reads everything anew each time, so that it also serves a reload. `flags` are the strongest.
    func reader(adding flags: [String] = []) -> SettingsReader {
        let variables = environment()
        return SettingsReader(
            path: config ?? variables["PIXELATED_CONFIG"], environment: variables, flags: assignments + flags)
    }

    /// The settings, or the end of the process with every problem named. A service also needs a queue and a
    /// bucket.
    func load(service: Bool, adding flags: [String] = []) throws -> Configuration {
        do throws(SettingsError) {
            let reader = reader(adding: flags)
            return service ? try reader.loadForService() : try reader.load()
        } catch {
            for problem in error.problems { complain(problem.description) }
            throw ExitCode(ExitReason.configuration.rawValue)
        }
    }
}

/// The environment of this process.
func environment() -> [String: String] {
    var out: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
        let line = String(cString: text)
        if let equals = line.firstIndex(of: "=") {
            out[String(line[..<equals])] = String(line[line.index(after: equals)...])
        }
        entry += 1
    }
    return out
}

/// One line on stderr, as the shell's own tools write it.
func complain(_ message: String) {
    let bytes = Array("pixelated: \(message)\n".utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
}
