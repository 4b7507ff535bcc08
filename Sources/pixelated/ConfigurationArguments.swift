// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import Glibc
import Settings
import Support

/// The command-line arguments that all commands that read settings have in common.
struct ConfigurationArguments: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "JSON file with settings. Default: $PIXELATED_CONFIG, or no file.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var config: LocalPath?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Set one setting, overriding file and environment: queue.waitSeconds=5. May be repeated.",
            valueName: "path=value"),
        transform: Arguments.text)
    var assignments: [String] = []

    /// Returns a reader of the settings for these arguments.
    ///
    /// - Parameter flags: settings as `path=value` that take precedence over all others.
    func reader(adding flags: [String] = []) -> SettingsReader {
        let variables = environment()
        return SettingsReader(
            path: config ?? variables["PIXELATED_CONFIG"].map { LocalPath($0) }, environment: variables,
            flags: assignments + flags)
    }

    /// Reads the settings and returns the configuration. If it is unusable, the function prints every problem and
    /// throws an `ExitCode` of 78.
    ///
    /// - Parameter service: true to require a value of each setting that the service needs.
    func load(service: Bool) throws -> Configuration { try load(reader(), service: service) }

    /// Reads the settings with `reader` and returns the configuration. If it is unusable, the function prints every
    /// problem and throws an `ExitCode` of 78.
    func load(_ reader: SettingsReader, service: Bool) throws -> Configuration {
        do throws(SettingsError) {
            return service ? try reader.loadForService() : try reader.load()
        } catch {
            for problem in error.problems { printError(problem.description) }
            throw ExitCode(ExitReason.configuration.rawValue)
        }
    }
}

/// Returns the environment variables of this process by their names.
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

/// Prints one line to standard error, which begins with the name of the program.
func printError(_ message: String) {
    _ = DescriptorOutput.write("pixelated: \(message)\n".utf8, to: STDERR_FILENO)
}
