// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc

/// A program that processes the messages of a queue: the daemon, or a worker in Python.
enum ServiceClient {
    /// The daemon.
    ///
    /// - Parameters:
    ///   - program: The path of `pixelated`.
    ///   - settings: Further settings, as `path=value`.
    ///   - replicas: The number of processes on one queue.
    case daemon(program: String, settings: [String], replicas: Int)
    /// The worker `worker.py`.
    case worker(python: String, Library)

    var title: String {
        switch self {
        case .daemon(_, _, let replicas): replicas == 1 ? "pixelated" : "pixelated, \(replicas) replicas"
        case .worker(_, let library): library.title
        }
    }

    var isDaemon: Bool {
        if case .daemon = self { true } else { false }
    }

    /// Returns the command lines of the processes of the client.
    ///
    /// - Parameters:
    ///   - server: The server of the queue and the buckets.
    ///   - cores: The number of cores that the client may use. A worker has a process for each.
    ///   - areLarge: True for photos, of which a worker receives one at a time.
    func commands(_ server: DataPlane, cores: Int, areLarge: Bool) -> [[String]] {
        let queue = "\(server.url)/000000000000/\(DataPlaneContent.queue)"
        switch self {
        case .daemon(let program, let settings, let replicas):
            let all =
                [
                    "region=eu-central-1", "queue.url=\(queue)",
                    "output.bucket=\(DataPlaneContent.outputBucket)",
                    "aws.endpoints.s3=\(server.url)", "aws.endpoints.sqs=\(server.url)",
                    "aws.endpoints.pathStyle=true", "pixelation.metadata=reference",
                ] + settings
            let command = [program, "run"] + all.flatMap { ["--set", $0] }
            return Array(repeating: command, count: replicas)
        case .worker(let python, let library):
            let command = [
                python, Environments.script("worker.py"), library.rawValue, server.url, queue,
                DataPlaneContent.outputBucket, areLarge ? "1" : "10",
            ]
            return Array(repeating: command, count: cores)
        }
    }

    /// Starts processes with an environment that has access keys and no other settings of AWS.
    ///
    /// - Parameters:
    ///   - commands: The command lines.
    ///   - log: The file to which they write their output.
    static func start(_ commands: [[String]], log: String) throws -> [pid_t] {
        let variables = [
            "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/nonexistent", "LANG=C.UTF-8",
            "AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "AWS_EC2_METADATA_DISABLED=true", "PYTHONDONTWRITEBYTECODE=1",
        ]
        return try commands.map { command in
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
            // No process outlives the benchmark.
            let words = (["setpriv", "--pdeathsig", "KILL"] + command).map { strdup($0) }
            let environment = variables.map { strdup($0) }
            defer { for text in words + environment { free(text) } }
            var process: pid_t = 0
            let code = posix_spawnp(&process, "setpriv", &actions, nil, words + [nil], environment + [nil])
            guard code == 0 else {
                throw ValidationError("setpriv: \(String(cString: strerror(code)))")
            }
            return process
        }
    }
}
