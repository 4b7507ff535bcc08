// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import Glibc
package import HTTP
import Support

/// An HTTP/1.1 transport that uses libcurl. One thread, px-curl, runs all transfers, and the callers are suspended
/// tasks.
///
/// - Connections are kept open and reused, within `CurlOptions`.
/// - All limits of a request are enforced. The total time begins with the call of `send`, so that it includes the wait
///   for a connection.
/// - The proxy variables of the environment (`https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`) apply, unless
///   `Request.Routing.bypassProxy` is true.
/// - A request is sent once, with one exception: when a reused connection breaks before the first byte of the response
///   has arrived, the request is sent again over a new connection.
/// - `shutDown` ends the transport. A transport that is deallocated without it stops its thread soon after.
package final class CurlTransport: Transport {
    private let commands: CommandQueue

    /// Makes a transport and starts its thread, px-curl.
    ///
    /// - Throws: `CurlError` when the value of an option is outside its range, the CA bundle cannot be read, libcurl is
    ///   too old or lacks a feature, or the system has no memory, file descriptor or thread left.
    package convenience init(_ options: CurlOptions = CurlOptions()) throws(CurlError) {
        try self.init(options, wait: epoll_wait)
    }

    /// Makes a transport whose event loop calls `wait` instead of `epoll_wait`, so that tests can simulate its
    /// failures.
    init(_ options: CurlOptions, wait: @escaping SocketEvents.WaitCall) throws(CurlError) {
        try Self.requireValid(options)
        try Self.requireLibrary()
        let events = try SocketEvents()
        guard let multi = curl_multi_init() else {
            throw CurlError(.resources, "libcurl cannot allocate a multi handle")
        }
        let address = UInt(bitPattern: multi)
        let commands = CommandQueue(events, maxPendingRequests: options.maxPendingRequests)
        self.commands = commands
        let code = CurlThread.start {
            // The loop and its multi handle are freed before `finish` reports the end.
            let (end, statistics) = CurlLoop.run(on: address, commands, options, wait: wait)
            commands.finish(end, statistics)
        }
        guard code == 0 else {
            curl_multi_cleanup(multi)
            throw CurlError(.resources, "the px-curl thread did not start: errno \(code)")
        }
    }

    deinit { commands.stop() }

    package func send(_ request: Request) async throws(TransportError) -> Response {
        let begin = ContinuousClock.now
        if let problem = request.problem {
            throw TransportError(
                .invalidRequest, phase: .queued, host: request.url.authority, elapsed: .zero, detail: problem)
        }
        let id = commands.nextID()
        let outcome = await withTaskCancellationHandler {
            await withHandover { commands.start(request, begin: begin, id: id, $0) }
        } onCancel: {
            commands.cancel(id)
        }
        return try outcome.get()
    }

    /// Ends every pending request with the error `.shutDown`, closes all connections, and waits until the px-curl
    /// thread has freed its resources. This function can be called repeatedly, by any task, and after the event loop
    /// has failed.
    package func shutDown() async {
        commands.stop()
        await commands.waitForEnd()
    }

    /// A snapshot of the state of the transport, taken without waiting for the event loop.
    package var status: CurlStatus { commands.status }

    private static func requireValid(_ options: CurlOptions) throws(CurlError) {
        if let problem = options.problems().first {
            throw CurlError(
                .invalidOptions, "\(problem.field) must be \(problem.expected) (got \(problem.got))")
        }
        guard let bundle = options.caBundle else { return }
        guard access(bundle, R_OK) == 0 else {
            throw CurlError(
                .caBundle, "the CA bundle \(bundle) cannot be read: \(String(cString: strerror(errno)))")
        }
    }

    /// Checks the version and the features of the installed libcurl. The minimum is version 7.87.0, which introduced
    /// `CURLOPT_QUICK_EXIT` and `CURLOPT_CA_CACHE_TIMEOUT`.
    private static func requireLibrary() throws(CurlError) {
        guard globalInit == CURLE_OK else {
            throw CurlError(.unsuitableLibrary, "libcurl: \(String(cString: curl_easy_strerror(globalInit)))")
        }
        guard let version = px_version_info()?.pointee, version.version_num >= 0x07_57_00
        else {
            throw CurlError(.unsuitableLibrary, "libcurl 7.87 or later is needed")
        }
        for (feature, name) in [(CURL_VERSION_SSL, "TLS"), (CURL_VERSION_ASYNCHDNS, "asynchronous DNS")]
        where version.features & feature == 0 {
            throw CurlError(.unsuitableLibrary, "libcurl is built without \(name)")
        }
    }

    /// The result of `curl_global_init`, which is called once in the process.
    private static let globalInit = curl_global_init(Int(CURL_GLOBAL_DEFAULT))
}
