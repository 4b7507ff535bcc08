// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The parts of the machine that the AWS configuration depends on: environment variables, home directory, files, clock
/// and random numbers. Tests replace them.
package struct HostEnvironment: Sendable {
    /// The environment variables by name. Because the values can be secret keys, `description` and mirrors contain only
    /// the names.
    package var environment: [String: String]
    /// The home directory, which can contain the directory `.aws`; nil when it is unknown.
    package var homeDirectory: String?
    package var clock: any AWSClock
    /// The function that returns a random number in 0..<1 for jitter.
    package var random: @Sendable () -> Double

    package init(
        environment: [String: String], homeDirectory: String?, clock: any AWSClock = SystemAWSClock(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.environment = environment
        self.homeDirectory = homeDirectory
        self.clock = clock
        self.random = random
    }

    /// Returns the host environment of a process with the environment variables `environment`. The home directory is
    /// the value of `HOME`.
    package static func process(environment: [String: String]) -> HostEnvironment {
        HostEnvironment(environment: environment, homeDirectory: environment["HOME"])
    }

    /// Returns the value of an environment variable; nil when it is absent or, as in the AWS SDKs, empty.
    func variable(_ name: String) -> String? {
        guard let value = environment[name], !value.isEmpty else { return nil }
        return value
    }

    /// The name of the profile in `AWS_DEFAULT_PROFILE`, or else, in the order of botocore, in `AWS_PROFILE`; nil when
    /// neither is set.
    var profile: String? { variable("AWS_DEFAULT_PROFILE") ?? variable("AWS_PROFILE") }

    /// Returns `path` with `~/` at its beginning replaced by the home directory.
    func expanded(_ path: String) -> String {
        guard path.hasPrefix("~/"), let homeDirectory else { return path }
        return homeDirectory + path.dropFirst(1)
    }

    /// Returns the content of a small text file, such as a token; nil when the file is absent, unreadable, larger than
    /// `limit` bytes or not UTF-8.
    func read(_ path: String, limit: Int) -> String? {
        guard case .success(let bytes) = contents(of: path, limit: limit) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The reason why a file cannot be read.
    struct FileProblem: Error {
        /// True when the file does not exist.
        var isAbsent = false
        /// True when it is unknown if the file exists, because this process has no access to the directory.
        var isInaccessible = false
        var text: String
    }

    /// Returns the content of a file of at most `limit` bytes, or the reason why it cannot be read.
    func contents(of path: String, limit: Int) -> Result<[UInt8], FileProblem> {
        func problem() -> FileProblem {
            let code = errno
            var status = stat()
            return FileProblem(
                isAbsent: code == ENOENT || code == ENOTDIR,
                isInaccessible: code == EACCES && stat(path, &status) != 0,
                text: "cannot be read: \(String(cString: strerror(code)))")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(problem()) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return .failure(problem()) }
            if count == 0 { break }
            bytes += buffer.prefix(count)
            guard bytes.count <= limit else {
                return .failure(FileProblem(text: "is larger than \(limit) bytes"))
            }
        }
        return .success(bytes)
    }
}

extension HostEnvironment: CustomStringConvertible, CustomReflectable {
    package var description: String {
        "HostEnvironment(\(environment.keys.sorted().joined(separator: ", ")))"
    }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
