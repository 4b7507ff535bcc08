// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// A test's own cloud: S3, SQS and IAM in one process, signatures enforced, each behind a fault proxy.
///
/// `Tools/cloud.py` does the work; here are its requests by name. It ends with the test, whatever way that ends,
/// and takes with it every process that was started through `pixelated`.
final class Cloud: Sendable {
    /// Which server a fault is put before.
    enum Proxy: String { case s3, sqs }

    let directory: URL
    /// The daemon's settings for this cloud, to be changed before `pixelated`.
    let configuration: JSON
    /// What was created: names, queue URLs, the daemon's key.
    let stack: JSON

    private let helper: Helper
    private let children = Mutex<[Child]>([])

    /// So many clouds at a time: each has a server and a daemon or more on the same few cores.
    private static let turnstile = Turnstile(places: 4)

    /// Runs the body with a fresh cloud, its buckets in another S3 server if one is named.
    static func run(
        _ options: JSON = [:], store: Store? = nil, _ body: (Cloud) async throws -> Void
    ) async throws {
        await turnstile.enter()
        defer { turnstile.leave() }
        let helper = try Helper(store)
        _ = try await helper.answer()
        let created = try await helper.ask("create", options)
        guard let directory = created["directory"]?.string, let stack = created["stack"],
            let configuration = created["configuration"]
        else { throw Trouble("create answered \(created)") }
        let cloud = Cloud(helper, URL(filePath: directory), stack, configuration)
        defer { helper.end() }
        do {
            try await body(cloud)
        } catch {
            let said = cloud.children.withLock { $0 }.map { child in
                "--- process \(child.pid) said:\n" + child.log.lines.suffix(30).joined(separator: "\n")
            }
            throw Trouble("\(error)\n" + said.joined(separator: "\n"))
        }
    }

    private init(_ helper: Helper, _ directory: URL, _ stack: JSON, _ configuration: JSON) {
        self.helper = helper
        self.directory = directory
        self.stack = stack
        self.configuration = configuration
    }

    @discardableResult
    func ask(_ name: String, _ arguments: JSON = [:]) async throws -> JSON {
        try await helper.ask(name, arguments)
    }

    // MARK: The daemon

    /// Starts the daemon under the stack's least-privilege user, with `self.configuration` unless told otherwise
    /// and with the right secret key unless given another one.
    func pixelated(
        _ configuration: JSON? = nil, secret: String? = nil, notify: NotifySocket? = nil,
        name: String = "pixelated",
        verb: String = "run",
        environment more: [String: String] = [:],
        _ arguments: String...
    ) async throws -> Child {
        let config = directory.appending(path: "\(name).json")
        try (configuration ?? self.configuration).bytes().write(to: config)
        let credentials = directory.appending(path: "\(name).credentials").path
        try await writeCredentials(credentials, secret: secret)
        var environment = [
            "PATH": "/usr/bin:/bin", "HOME": directory.path, "LANG": "C.UTF-8",
            "AWS_SHARED_CREDENTIALS_FILE": credentials,
        ]
        if let notify { environment["NOTIFY_SOCKET"] = notify.path }
        let child = try Child(
            Project.pixelated, [verb, "--config", config.path] + arguments,
            environment: environment.merging(more) { $1 })
        children.withLock { $0.append(child) }
        try await ask("adopt", ["pid": .number(Double(child.pid))])
        return child
    }

    /// Writes the daemon's key to a credentials file, with the right secret or another one.
    func writeCredentials(_ path: String, secret: String? = nil) async throws {
        try await ask("credentials", ["path": .string(path), "secret": secret.map { .string($0) } ?? .null])
    }

    // MARK: Pictures

    /// Paints a picture; returns its path.
    func paint(
        _ width: Int, _ height: Int, seed: Int = 20, isProgressive: Bool = false
    ) async throws -> String {
        let kind = isProgressive ? "progressive" : "baseline"
        let path = directory.appending(path: "\(kind)-\(width)x\(height)-\(seed).jpeg").path
        try await ask(
            "paint",
            [
                "path": .string(path), "width": .number(Double(width)), "height": .number(Double(height)),
                "seed": .number(Double(seed)), "progressive": .bool(isProgressive),
            ])
        return path
    }

    func put(_ key: String, path: String) async throws {
        try await ask("put", ["key": .string(key), "path": .string(path)])
    }

    func put(_ key: String, text: String) async throws {
        try await ask("put", ["key": .string(key), "text": .string(text)])
    }

    /// Waits until each picture has its five results.
    @discardableResult
    func outputs(of keys: String..., within seconds: Double = 120) async throws -> [String] {
        try await outputs(of: keys, within: seconds)
    }

    @discardableResult
    func outputs(of keys: [String], within seconds: Double = 120) async throws -> [String] {
        try await ask("outputs", ["keys": .array(keys.map { .string($0) }), "within": .number(seconds)])
            .array.compactMap(\.string)
    }

    /// The keys in the processed bucket.
    func processed() async throws -> [String] {
        try await ask("list").object.keys.sorted()
    }

    /// The SHA-256 of a processed object, in hexadecimal.
    func digest(_ key: String) async throws -> String {
        try await ask("digest", ["key": .string(key)]).string ?? ""
    }

    /// The SHA-256 of the five files that the reference makes of a picture, by block count.
    func reference(_ path: String) async throws -> [String: String] {
        try await ask("reference", ["path": .string(path)]).object.compactMapValues(\.string)
    }

    // MARK: The queue

    /// Sends a message of any kind; returns its id.
    @discardableResult
    func send(_ body: String) async throws -> String {
        try await ask("send", ["body": .string(body)]).string ?? ""
    }

    /// Waits until no message is left, neither visible nor in flight.
    func drained(within seconds: Double = 60) async throws {
        try await ask("drained", ["within": .number(seconds)])
    }

    /// Messages in the queue: visible, and in flight.
    func counts(deadLetters: Bool = false) async throws -> (visible: Int, inFlight: Int) {
        let queue: JSON = deadLetters ? "deadLetterQueueURL" : "queueURL"
        let counts = try await ask("counts", ["queue": queue])
        return (counts["visible"]?.int ?? -1, counts["inFlight"]?.int ?? -1)
    }

    // MARK: Faults

    /// Puts a fault before S3 or SQS; see `Tools/fault_proxy.py` for what there is.
    func fault(_ proxy: Proxy, _ action: String, _ more: JSON = [:]) async throws {
        var arguments = more
        arguments["proxy"] = .string(proxy.rawValue)
        arguments["action"] = .string(action)
        try await ask("fault", arguments)
    }

    /// Takes all faults away; held requests go on.
    func clear(_ proxy: Proxy) async throws {
        try await ask("clear", ["proxy": .string(proxy.rawValue)])
    }

    /// Waits until so many requests are held.
    func held(_ proxy: Proxy, _ count: Int = 1, within seconds: Double = 60) async throws {
        try await ask(
            "held",
            ["proxy": .string(proxy.rawValue), "count": .number(Double(count)), "within": .number(seconds)])
    }

    /// Waits until so many requests of a kind have come: `method`, a part of the `path`, a part of the `target`.
    func seen(_ proxy: Proxy, _ count: Int, _ kind: JSON, within seconds: Double = 60) async throws {
        var arguments = kind
        arguments["proxy"] = .string(proxy.rawValue)
        arguments["count"] = .number(Double(count))
        arguments["within"] = .number(seconds)
        try await ask("seen", arguments)
    }
}

/// The Python process behind a cloud: one line asked, one line answered.
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

    func ask(_ name: String, _ arguments: JSON) async throws -> JSON {
        var request = arguments
        request["do"] = .string(name)
        try input.write(contentsOf: try request.bytes() + Data("\n".utf8))
        do {
            return try await answer()
        } catch let trouble as Trouble {
            throw Trouble("\(name): \(trouble)")
        }
    }

    /// The next answer; reading it blocks, so it happens on a thread of its own.
    func answer() async throws -> JSON {
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
        guard !line.isEmpty else { throw Trouble("the tests' cloud has ended") }
        let answer = try JSON(parsing: line)
        if let error = answer["error"]?.string { throw Trouble(error) }
        return answer["result"] ?? .null
    }
}
