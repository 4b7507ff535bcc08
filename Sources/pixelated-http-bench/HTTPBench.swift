// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Curl
import Glibc
import HTTP
import SigV4
import Support

/// A benchmark of the HTTP transport, which signs and sends the same small request repeatedly and prints the elapsed
/// time and the CPU time. The script `compare.py` in the same directory starts a server, runs this program and other
/// clients against it, and prints the ratios of their times.
@main
struct HTTPBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pixelated-http-bench",
        abstract: "Measure signed requests over the transport; run compare.py for ratios.")

    @Option(
        help: "The URL to request, as http://127.0.0.1:8080/bucket/small. With --put, -NUMBER is appended.")
    var url: String

    @Option(help: "The number of requests to measure.")
    var requests = 10_000

    @Option(help: "The number of requests in flight at once.")
    var inFlight = 8

    @Option(help: "Send PUT requests with a body of this many bytes instead of GET requests.")
    var put: Int?

    @Flag(help: "Send the requests without a signature, to measure its cost.")
    var unsigned = false

    func validate() throws {
        guard HTTP.URL(url) != nil else {
            throw ValidationError("--url must be an http or https URL without user information and fragment")
        }
        guard requests > 0, (1...1024).contains(inFlight), put ?? 0 >= 0 else {
            throw ValidationError("--requests and --put must be positive, --in-flight 1...1024")
        }
    }

    func run() async throws {
        guard let target = HTTP.URL(url) else { throw ValidationError("--url") }
        var options = CurlOptions()
        options.maxConnections = 1024
        options.maxConnectionsPerHost = 1024
        let transport = try CurlTransport(options)
        // The connections are opened before the measurement, as in the other clients of the comparison.
        try await send(max(200, inFlight * 4), to: target, over: transport)
        let begin = (wall: ContinuousClock.now, cpu: Self.cpuSeconds())
        try await send(requests, to: target, over: transport)
        let wall = (ContinuousClock.now - begin.wall) / .seconds(1)
        let cpu = Self.cpuSeconds() - begin.cpu
        await transport.shutDown()
        print(#"{"requests": \#(requests), "wall": \#(wall), "cpu": \#(cpu)}"#)
    }

    private func send(_ count: Int, to target: HTTP.URL, over transport: CurlTransport) async throws {
        let body = put.map { [UInt8](repeating: 0x55, count: $0) }
        let width = inFlight
        let signer = unsigned ? nil : Signer.s3(region: "eu-central-1")
        let credentials = SigningCredentials(
            accessKeyID: "AKIDEXAMPLE", secretAccessKey: Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"))
        let keys = SigningKeys()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<width {
                group.addTask {
                    for number in stride(from: worker, to: count, by: width) {
                        var request = Request(body == nil ? .get : .put, target, body: body ?? [])
                        if body != nil { request.url.path += "-\(number)" }
                        // The host is signed, so it must be among the headers.
                        request.headers["Host"] = target.authority
                        let now = CivilTime(secondsSinceEpoch: time(nil))
                        let sent = signer?.sign(request, with: credentials, at: now, keys: keys) ?? request
                        let response = try await transport.send(sent)
                        guard (200...299).contains(response.status) else {
                            throw ValidationError("the server responded with status \(response.status)")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Returns the user and system CPU time of all threads of this process, in seconds.
    private static func cpuSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}
