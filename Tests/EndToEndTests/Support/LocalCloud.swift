// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Synchronization

/// A local cloud for one test: S3, SQS and IAM with signatures enforced, S3 and SQS each behind a fault proxy.
///
/// The cloud is the process `Tools/cloud.py`; the methods are its requests. At the end of the test, also of a killed
/// one, it ends and kills the processes that `pixelated` has started.
final class LocalCloud: Sendable {
    /// The server that a fault applies to.
    enum Proxy: String { case s3, sqs }

    let directory: URL
    /// The daemon's settings for this cloud.
    let configuration: JSON
    /// The created resources: names, queue URLs, the daemon's access key.
    let stack: JSON

    private let helper: Helper
    private let children = Mutex<[ChildProcess]>([])

    /// The limit of concurrent clouds: each has a server and one or more daemons on the same few cores.
    private static let semaphore = AsyncSemaphore(value: 4)

    /// Runs `body` with a new cloud, whose buckets are in another S3 server if `store` is given.
    static func run(
        _ options: JSON = [:], store: Store? = nil, _ body: (LocalCloud) async throws -> Void
    ) async throws {
        await semaphore.wait()
        defer { semaphore.signal() }
        let helper = try Helper(store)
        _ = try await helper.response()
        let created = try await helper.request("create", options)
        guard let directory = created["directory"]?.string, let stack = created["stack"],
            let configuration = created["configuration"]
        else { throw TestError("unexpected response to create: \(created)") }
        let cloud = LocalCloud(helper, URL(filePath: directory), stack, configuration)
        defer { helper.end() }
        do {
            try await body(cloud)
        } catch {
            let outputs = cloud.children.withLock { $0 }.map { child in
                "--- output of process \(child.pid):\n" + child.log.lines.suffix(30).joined(separator: "\n")
            }
            throw TestError("\(error)\n" + outputs.joined(separator: "\n"))
        }
    }

    private init(_ helper: Helper, _ directory: URL, _ stack: JSON, _ configuration: JSON) {
        self.helper = helper
        self.directory = directory
        self.stack = stack
        self.configuration = configuration
    }

    /// Sends a request to `Tools/cloud.py` and returns the result.
    @discardableResult
    func request(_ name: String, _ arguments: JSON = [:]) async throws -> JSON {
        try await helper.request(name, arguments)
    }

    // MARK: The daemon

    /// Starts the daemon as the stack's least-privilege user.
    ///
    /// - Parameters:
    ///   - configuration: the settings; by default `self.configuration`.
    ///   - secret: the secret access key; by default the valid one.
    ///   - verb: the subcommand, or several words of it.
    ///   - program: the path of the executable.
    func pixelated(
        _ configuration: JSON? = nil, secret: String? = nil, notify: NotifySocket? = nil,
        name: String = "pixelated",
        verb: String = "run", program: URL = Project.pixelated,
        environment more: [String: String] = [:],
        arguments list: [String] = [],
        _ arguments: String...
    ) async throws -> ChildProcess {
        let config = directory.appending(path: "\(name).json")
        try (configuration ?? self.configuration).bytes().write(to: config)
        let credentials = directory.appending(path: "\(name).credentials").path
        try await writeCredentials(credentials, secret: secret)
        var environment = [
            "PATH": "/usr/bin:/bin", "HOME": directory.path, "LANG": "C.UTF-8",
            "AWS_SHARED_CREDENTIALS_FILE": credentials,
        ]
        if let notify { environment["NOTIFY_SOCKET"] = notify.path }
        let child = try ChildProcess(
            program,
            verb.split(separator: " ").map(String.init) + ["--config", config.path] + list + arguments,
            environment: environment.merging(more) { $1 })
        children.withLock { $0.append(child) }
        try await request("adopt", ["pid": .number(Double(child.pid))])
        return child
    }

    /// Writes the daemon's access key to a credentials file, with the valid secret or another one.
    func writeCredentials(_ path: String, secret: String? = nil) async throws {
        try await request(
            "credentials", ["path": .string(path), "secret": secret.map { .string($0) } ?? .null])
    }

    // MARK: Pictures

    /// Generates a JPEG file and returns its path.
    func paint(
        _ width: Int, _ height: Int, seed: Int = 20, isProgressive: Bool = false
    ) async throws -> String {
        let kind = isProgressive ? "progressive" : "baseline"
        let path = directory.appending(path: "\(kind)-\(width)x\(height)-\(seed).jpeg").path
        try await request(
            "paint",
            [
                "path": .string(path), "width": .number(Double(width)), "height": .number(Double(height)),
                "seed": .number(Double(seed)), "progressive": .bool(isProgressive),
            ])
        return path
    }

    func put(_ key: String, path: String) async throws {
        try await request("put", ["key": .string(key), "path": .string(path)])
    }

    func put(_ key: String, text: String) async throws {
        try await request("put", ["key": .string(key), "text": .string(text)])
    }

    /// Waits until all outputs of the pictures are stored, and returns the outputs' keys.
    @discardableResult
    func outputs(of keys: String..., within seconds: Double = 120) async throws -> [String] {
        try await outputs(of: keys, within: seconds)
    }

    @discardableResult
    func outputs(of keys: [String], within seconds: Double = 120) async throws -> [String] {
        try await request("outputs", ["keys": .array(keys.map { .string($0) }), "within": .number(seconds)])
            .array.compactMap(\.string)
    }

    /// Returns the keys in the output bucket.
    func processed() async throws -> [String] {
        try await request("list").object.keys.sorted()
    }

    /// Returns the SHA-256 of an output in hexadecimal.
    func digest(_ key: String) async throws -> String {
        try await request("digest", ["key": .string(key)]).string ?? ""
    }

    /// Returns the SHA-256 of the five outputs of the reference program for a picture, by size.
    func reference(_ path: String) async throws -> [String: String] {
        try await request("reference", ["path": .string(path)]).object.compactMapValues(\.string)
    }

    // MARK: The queue

    /// Sends a message to the queue and returns its ID.
    @discardableResult
    func send(_ body: String) async throws -> String {
        try await request("send", ["body": .string(body)]).string ?? ""
    }

    /// Waits until the queue has no message, neither visible nor in flight.
    func waitUntilEmpty(within seconds: Double = 60) async throws {
        try await request("drained", ["within": .number(seconds)])
    }

    /// Returns the numbers of messages in the queue.
    func counts(deadLetters: Bool = false) async throws -> (visible: Int, inFlight: Int) {
        let queue: JSON = deadLetters ? "deadLetterQueueURL" : "queueURL"
        let counts = try await request("counts", ["queue": queue])
        return (counts["visible"]?.int ?? -1, counts["inFlight"]?.int ?? -1)
    }

    // MARK: Faults

    /// Adds a fault to S3 or SQS; see `Tools/fault_proxy.py` for the actions.
    func fault(_ proxy: Proxy, _ action: String, _ more: JSON = [:]) async throws {
        var arguments = more
        arguments["proxy"] = .string(proxy.rawValue)
        arguments["action"] = .string(action)
        try await request("fault", arguments)
    }

    /// Removes all faults; held requests are forwarded.
    func clear(_ proxy: Proxy) async throws {
        try await request("clear", ["proxy": .string(proxy.rawValue)])
    }

    /// Waits until `count` requests are held.
    func waitForHeld(_ proxy: Proxy, _ count: Int = 1, within seconds: Double = 60) async throws {
        try await request(
            "held",
            ["proxy": .string(proxy.rawValue), "count": .number(Double(count)), "within": .number(seconds)])
    }

    /// Waits until `count` requests have arrived whose `method`, part of the `path` and part of the `target` match.
    func waitForRequests(_ proxy: Proxy, _ count: Int, _ kind: JSON, within seconds: Double = 60) async throws
    {
        var arguments = kind
        arguments["proxy"] = .string(proxy.rawValue)
        arguments["count"] = .number(Double(count))
        arguments["within"] = .number(seconds)
        try await request("seen", arguments)
    }
}

/// The process `Tools/cloud.py`, which reads requests and writes responses, one JSON line each.
private final class Helper: Sendable {
    private let input: FileHandle
    private let child: Process
    private let output: FileHandle
    private let queue = DispatchQueue(label: "e2e-cloud")

    init(_ store: Store?) throws {
        let process = Process()
        process.executableURL = Project.python
        process.arguments =
            [Project.root.appending(path: "Tests/EndToEndTests/Tools/cloud.py").path]
            + (store.map { [$0.rawValue] } ?? [])
        process.environment = [
            "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1",
            "PIXELATOR_LOCAL_DIR": Project.state,
        ]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        self.input = input.fileHandleForWriting
        self.output = output.fileHandleForReading
        child = process
    }

    deinit { end() }

    func end() { try? input.close() }

    func request(_ name: String, _ arguments: JSON) async throws -> JSON {
        var request = arguments
        request["do"] = .string(name)
        try input.write(contentsOf: try request.bytes() + Data("\n".utf8))
        do {
            return try await response()
        } catch let error as TestError {
            throw TestError("\(name): \(error)")
        }
    }

    /// Reads the next response, on a dispatch queue because reading blocks.
    func response() async throws -> JSON {
        let line: Data = await withCheckedContinuation { continuation in
            queue.async { [output] in
                var line = Data()
                while let byte = try? output.read(upToCount: 1), byte.first != UInt8(ascii: "\n") {
                    line.append(byte)
                    if byte.isEmpty { break }
                }
                continuation.resume(returning: line)
            }
        }
        guard !line.isEmpty else { throw TestError("the local cloud has ended") }
        let response = try JSON(parsing: line)
        if let error = response["error"]?.string { throw TestError(error) }
        return response["result"] ?? .null
    }
}
