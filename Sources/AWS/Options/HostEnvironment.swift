// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The parts of the host that AWS's configuration depends on: environment variables, home directory, files, clock and
/// randomness. Tests supply their own.
package struct HostEnvironment: Sendable {
    /// The environment variables. They may hold secret keys: `description` and mirrors show the names only.
    package var environment: [String: String]
    /// The directory that contains `.aws`; nil when there is none.
    package var homeDirectory: String?
    package var clock: any AWSClock
    /// Returns a number in 0..<1, for jitter.
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

    /// The host environment of a process with these variables; `HOME` is its home directory.
    package static func process(environment: [String: String]) -> HostEnvironment {
        HostEnvironment(environment: environment, homeDirectory: environment["HOME"])
    }

    /// Returns the value of an environment variable; nil for an empty one too, as in the AWS SDKs.
    func variable(_ name: String) -> String? {
        guard let value = environment[name], !value.isEmpty else { return nil }
        return value
    }

    /// The profile that `AWS_PROFILE`, or else the older `AWS_DEFAULT_PROFILE`, names.
    var profile: String? { variable("AWS_PROFILE") ?? variable("AWS_DEFAULT_PROFILE") }

    /// Replaces `~/` at the beginning of a path by the home directory.
    func expanded(_ path: String) -> String {
        guard path.hasPrefix("~/"), let homeDirectory else { return path }
        return homeDirectory + path.dropFirst(1)
    }

    /// Reads a small text file, such as a token; nil when it is absent, unreadable, larger than `limit` bytes or not
    /// UTF-8.
    func read(_ path: String, limit: Int) -> String? {
        guard case .success(let bytes) = contents(of: path, limit: limit) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The reason why a file cannot be read.
    struct FileProblem: Error {
        /// True when the file does not exist.
        var isAbsent = false
        /// True when the file may be absent: this process has no access to its directory.
        var isInaccessible = false
        var text: String
    }

    /// Reads a file of at most `limit` bytes.
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
