// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What the process finds around itself. Tests put their own values here.
package struct HostEnvironment: Sendable {
    package var environment: [String: String]
    /// Where `~/.aws` is looked for; nil when there is none.
    package var homeDirectory: String?
    package var clock: any AWSClock
    /// A number in 0..<1 for jitter.
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

    /// Those of a process with this environment.
    package static func process(environment: [String: String]) -> HostEnvironment {
        HostEnvironment(environment: environment, homeDirectory: environment["HOME"])
    }

    /// The value of an environment variable; one that is empty counts as absent, as in the AWS SDKs.
    func variable(_ name: String) -> String? {
        guard let value = environment[name], !value.isEmpty else { return nil }
        return value
    }

    /// The profile that the environment names; the older name counts when the newer one is not set.
    var profile: String? { variable("AWS_PROFILE") ?? variable("AWS_DEFAULT_PROFILE") }

    /// `~/` at the beginning becomes the home directory.
    func expanded(_ path: String) -> String {
        guard path.hasPrefix("~/"), let homeDirectory else { return path }
        return homeDirectory + path.dropFirst(1)
    }

    /// A small text file in UTF-8 (a token); nil when it is absent, unreadable, larger than `limit` bytes or no
    /// UTF-8.
    func read(_ path: String, limit: Int) -> String? {
        guard case .success(let bytes) = contents(of: path, limit: limit) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Why a file cannot be read.
    struct FileProblem: Error {
        /// Nobody can read what is not there.
        var isAbsent = false
        /// It may be absent as well: its folder is closed to this process.
        var isOutOfSight = false
        var text: String
    }

    /// The bytes of a small file.
    func contents(of path: String, limit: Int) -> Result<[UInt8], FileProblem> {
        func problem() -> FileProblem {
            let code = errno
            var status = stat()
            return FileProblem(
                isAbsent: code == ENOENT || code == ENOTDIR,
                isOutOfSight: code == EACCES && stat(path, &status) != 0,
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

/// The environment may hold secret keys: only the names of its variables can be seen.
extension HostEnvironment: CustomStringConvertible, CustomReflectable {
    package var description: String {
        "HostEnvironment(\(environment.keys.sorted().joined(separator: ", ")))"
    }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
