// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Scripted
import Testing

/// Tests with a `credential_process` that leaves processes behind or does not end.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct CredentialProcessTests {
    /// Starts the daemon with a health page and a shell script as `credential_process`. The script can use `$DIR`, a
    /// directory, and `$KEYS`, the credentials document.
    private func pixelated(_ cloud: LocalCloud, script: String) async throws -> ChildProcess {
        let directory = cloud.directory.appending(path: "process")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let id = try #require(cloud.stack["accessKeyID"]?.string)
        let secret = try #require(cloud.stack["secretAccessKey"]?.string)
        let keys = #"{"Version": 1, "AccessKeyId": "\#(id)", "SecretAccessKey": "\#(secret)"}"#
        let program = directory.appending(path: "program")
        try "DIR='\(directory.path)'\nKEYS='\(keys)'\n\(script)\n".write(
            to: program, atomically: true, encoding: .utf8)
        let config = directory.appending(path: "config")
        try "[default]\ncredential_process = sh '\(program.path)'\n"
            .write(to: config, atomically: true, encoding: .utf8)
        var configuration = cloud.configuration
        configuration.set("health", "listen", to: .string(directory.appending(path: "health").path))
        return try await cloud.pixelated(
            configuration,
            environment: ["AWS_CONFIG_FILE": config.path, "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"])
    }

    /// Waits for the first line of a file that the script writes, and returns it.
    private func line(_ cloud: LocalCloud, _ name: String) async throws -> String {
        let path = cloud.directory.appending(path: "process").appending(path: name).path
        for _ in 0..<6000 {
            if let text = try? String(contentsOfFile: path, encoding: .utf8), text.hasSuffix("\n") {
                return text.trimmingCharacters(in: .whitespacesAndNewlines)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw TestError("\(path) is missing")
    }

    private func waitForEnd(of pid: String) async throws {
        while let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            status.split(separator: ")").last?.hasPrefix(" Z") == false
        { try await Task.sleep(for: .milliseconds(10)) }
    }

    /// The process in a session of its own runs on; all of its descriptors are those it got from the daemon.
    @Test(.timeLimit(.minutes(15)))
    func `a credential process has three descriptors, and what it leaves behind does not delay the end`()
        async throws
    {
        try await LocalCloud.run { cloud in
            let photo = try await cloud.paint(320, 240)
            try await cloud.put("photos/HS.jpeg", path: photo)
            let pixelated = try await pixelated(
                cloud,
                script: """
                    ls /proc/self/fd | tr '\\n' ' ' > "$DIR/new" && echo >> "$DIR/new" && mv "$DIR/new" "$DIR/descriptors"
                    sleep 1000 &
                    echo $! > "$DIR/child"
                    setsid sh -c 'echo $$ > "$0/session"; exec sleep 1000' "$DIR" &
                    while [ ! -s "$DIR/session" ]; do sleep 0.01; done
                    echo "$KEYS"
                    """)
            try await cloud.outputs(of: "photos/HS.jpeg")
            // The fourth one is the directory that `ls` reads.
            #expect(try await line(cloud, "descriptors") == "0 1 2 3")
            try await waitForEnd(of: try await line(cloud, "child"))
            pixelated.signal(SIGTERM)
            #expect(try await pixelated.end(within: 30) == .exit(0))
            let session = try #require(pid_t(try await line(cloud, "session")))
            #expect(kill(session, SIGKILL) == 0, "it was alive until the end of the daemon")
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `a credential process that still runs neither delays the end of the daemon nor survives it`()
        async throws
    {
        try await LocalCloud.run { cloud in
            let pixelated = try await pixelated(
                cloud,
                script: """
                    trap '' TERM HUP INT
                    sleep 1000 &
                    echo $! > "$DIR/child"
                    echo $$ > "$DIR/leader"
                    wait
                    """)
            let pids = [try await line(cloud, "child"), try await line(cloud, "leader")]
            pixelated.signal(SIGTERM)
            let end = try await pixelated.end(within: 30)
            #expect(end == .exit(0))
            for pid in pids { try await waitForEnd(of: pid) }
        }
    }
}
