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
            "JSON file with settings. Default: $PIXELATED_CONFIG, or \(Self.defaultPath) if it exists.",
            valueName: "file"),
        completion: .file(extensions: ["json"]))
    var config: LocalPath?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Set one setting, overriding file and environment: queue.waitSeconds=5. May be repeated.",
            valueName: "path=value"),
        transform: Arguments.text)
    var assignments: [String] = []

    /// The path of the configuration file of the package and the image.
    private static let defaultPath = LocalPath("/etc/pixelated/config.json")

    /// Returns a reader of the settings for these arguments.
    ///
    /// - Parameter flags: settings as `path=value` that take precedence over all others.
    func reader(adding flags: [String] = []) -> SettingsReader {
        let named = Self.variables().first { $0.name.elementsEqual("PIXELATED_CONFIG".utf8) }
        let path = config ?? named.map { LocalPath(bytes: $0.value) }
        // A file that is named must exist, the default one need not.
        return SettingsReader(
            path: path ?? (LocalFile.exists(Self.defaultPath) ? Self.defaultPath : nil),
            environment: environment(), flags: assignments + flags)
    }

    /// Reads the settings and returns the configuration. If it is unusable, the function prints every problem and
    /// throws an `ExitCode` of 78.
    ///
    /// - Parameter service: true to require a value of each setting that the service needs.
    func load(service: Bool) throws -> Configuration { try load(reader(), service: service) }

    /// Reads the settings with `reader` and returns the configuration. If it is unusable, the function prints every
    /// problem and throws an `ExitCode` of 78.
    func load(_ reader: SettingsReader, service: Bool) throws -> Configuration {
        try read { () throws(SettingsError) in
            service ? try reader.loadForService() : try reader.load()
        }
    }

    /// Reads the settings and returns them with their sources, also when some of them are invalid. If they cannot be
    /// read, the function prints every problem and throws an `ExitCode` of 78.
    func merge() throws -> MergedSettings {
        try read { () throws(SettingsError) in try reader().merge() }
    }

    /// Calls `body`, and prints the problems of settings that cannot be used.
    private func read<Settings>(_ body: () throws(SettingsError) -> Settings) throws -> Settings {
        let malformed = Self.variables().filter { name, value in
            // PIXELATED_CONFIG is a path.
            name.starts(with: "PIXELATED_".utf8) && !name.elementsEqual("PIXELATED_CONFIG".utf8)
                && String(validating: value, as: UTF8.self) == nil
        }
        for (name, _) in malformed { printError("\(LocalPath(bytes: name)): must be UTF-8") }
        guard malformed.isEmpty else { throw ExitCode(ExitReason.configuration.rawValue) }
        do throws(SettingsError) {
            return try body()
        } catch {
            for problem in error.problems { printError(problem.description) }
            throw ExitCode(ExitReason.configuration.rawValue)
        }
    }

    /// Returns the environment variables of this process as bytes.
    fileprivate static func variables() -> [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] {
        var out: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []
        var entry = environ
        while let text = entry.pointee {
            let line = UnsafeBufferPointer(start: text, count: strlen(text)).map { UInt8(bitPattern: $0) }
            if let equals = line.firstIndex(of: UInt8(ascii: "=")) {
                out.append((line[..<equals], line[(equals + 1)...]))
            }
            entry += 1
        }
        return out
    }
}

/// Returns the environment variables of this process by their names. Bytes that are not UTF-8 are replaced by U+FFFD.
func environment() -> [String: String] {
    let variables = ConfigurationArguments.variables().map {
        (String(decoding: $0.name, as: UTF8.self), String(decoding: $0.value, as: UTF8.self))
    }
    return Dictionary(variables) { $1 }
}

/// Prints one line to standard error, which begins with the name of the program.
func printError(_ message: String) {
    _ = DescriptorOutput.write("pixelated: \(message)\n".utf8, to: STDERR_FILENO)
}
