// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc

/// The command `pixelated-bench service`, which measures the daemon and workers in Python from event to fifth output.
struct ServiceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service",
        abstract: "Measure the daemon against workers with boto3 and Pillow, Pillow-SIMD, pyvips and OpenCV.",
        discussion: """
            A server in this process takes the place of S3 and SQS and answers from memory, so that the clients are \
            measured. CPU time is that of the client with its child processes, memory is the highest sum of the \
            proportional set sizes of its processes. All outputs are counted, and those of the daemon are compared \
            with those of the engine in this process. A worker has a process for each core. \
            Sources/pixelated-bench/make_environments makes the Python environments of the workers, and \
            make_pictures.py beside it sets of pictures. The burst is larger than the memory of the caches of a \
            processor, and no other program should run.
            """)

    @Argument(help: "Folders with JPEG files. Each is a set of pictures with the name of the folder.")
    var folders: [String]

    @Option(help: "The daemon.")
    var daemon = ".build/release/pixelated"

    @Option(help: "The folder with the Python environments.")
    var environments = Environments.standardFolder

    @Option(help: "The workers to measure, with commas between them, or none.")
    var workers = Library.allCases.map(\.rawValue).joined(separator: ",")

    @Option(
        help:
            "The time in seconds that the engine would need for the burst of events. It determines their number."
    )
    var work = 3.0

    @Option(help: "The time in seconds in which events are sent for the latency; 0 to measure none.")
    var latency = 20.0

    @Option(help: "The time in seconds without events; 0 to measure none.")
    var idle = 60.0

    @Option(help: "The highest number of pictures of a set.")
    var pictures = 100

    @Option(help: "The number of runs of the engine, of which the fastest counts.")
    var runs = 5

    @Option(name: .customLong("set"), help: "A setting of the daemon, as path=value. May be repeated.")
    var settings: [String] = []

    @Flag(help: "Do not measure the daemon on one core and with three replicas.")
    var noScaling = false

    func validate() throws {
        guard work > 0, latency >= 0, idle >= 0, pictures > 0, runs > 0 else {
            throw ValidationError(
                "--work, --pictures and --runs must be positive, --latency and --idle not negative")
        }
    }

    func run() throws {
        print(Machine.description)
        let environments = Environments(folder: environments)
        let names = workers.split(separator: ",").map(String.init).filter { $0 != "none" }
        let libraries = try names.map { name in
            guard let library = Library(rawValue: name) else {
                throw ValidationError(
                    "\(name) is not a worker; there are \(Library.allCases.map(\.rawValue))")
            }
            return library
        }
        var clients = [ServiceClient.daemon(program: daemon, settings: settings, replicas: 1)]
        clients += environments.installed(of: libraries).compactMap { library in
            environments.python(library).map { .worker(python: $0, library) }
        }
        var isEqual = true
        for (number, folder) in folders.enumerated() {
            let set = try PictureSet(folder, limit: pictures, runs: runs)
            let report = try measure(clients, set, idle: number == 0 ? idle : 0)
            print(report.text)
            fflush(nil)
            isEqual = report.isEqual && isEqual
        }
        guard isEqual else {
            print("the daemon has made other outputs than the engine")
            throw ExitCode.failure
        }
    }

    /// Measures all clients with a set of pictures.
    ///
    /// - Parameter idle: The time without events of the daemon and the first worker, in seconds; 0 to measure none.
    private func measure(_ clients: [ServiceClient], _ set: PictureSet, idle: Double) throws -> ServiceReport
    {
        let cores = Machine.cores
        let events = max(cores.count, Int(work * 1000 / set.engineMilliseconds))
        var report = ServiceReport(set: set, cores: cores.count, rows: [])
        for (number, client) in clients.enumerated() {
            let plan = ServiceMeasurement.Plan(
                events: events, latencySeconds: latency, idleSeconds: number < 2 ? idle : 0)
            let row = try ServiceMeasurement(client, set, cores: cores.count, plan)
            progress("\(set.name): \(report.line(row, daemon: report.rows.first ?? row))")
            report.rows.append(row)
        }
        guard !noScaling else { return report }
        let plan = ServiceMeasurement.Plan(events: events)
        let three = ServiceClient.daemon(program: daemon, settings: settings, replicas: 3)
        report.replicas = try ServiceMeasurement(three, set, cores: cores.count, plan)
        if cores.count > 1 {
            // The server shares the core with the daemon, as it shares several cores.
            Self.pin(to: "\(cores[0])")
            defer { Self.pin(to: cores.map(String.init).joined(separator: ",")) }
            report.oneCore = try ServiceMeasurement(clients[0], set, cores: 1, plan)
        }
        return report
    }

    /// Makes the calling thread, and the threads and processes that it starts, use only some cores.
    private static func pin(to cores: String) {
        _ = Child.output(["taskset", "--cpu-list", "--pid", cores, "\(getpid())"])
    }

    private func progress(_ text: String) {
        let line = Array("measured: \(text)\n".utf8)
        _ = write(2, line, line.count)
    }
}
