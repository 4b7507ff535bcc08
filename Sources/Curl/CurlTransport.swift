// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import Glibc
package import HTTP
import Support

/// HTTP/1.1 over libcurl: one thread named px-curl carries all transfers, and callers wait without blocking
/// a thread of their own.
///
/// - Connections are kept open and used again, within `CurlOptions`.
/// - Every limit of a request is kept, from the call of `send` on, so the wait for a free connection counts.
/// - The proxy variables of the environment (`https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`) are honoured
///   unless the request says otherwise.
/// - A request is sent once, with one exception: when a connection that was used before turns out to be
///   broken, without a single byte of an answer, the request goes over a new one.
/// - It ends with `shutDown`. When the last reference goes without one, the thread ends by itself soon after.
package final class CurlTransport: Transport {
    private let mailbox: CommandQueue

    /// Starts the thread.
    package convenience init(_ options: CurlOptions = CurlOptions()) throws(CurlError) {
        try self.init(options, wait: epoll_wait)
    }

    /// `wait` stands in for `epoll_wait`, so that a test can see the loop die.
    init(_ options: CurlOptions, wait: @escaping SocketEvents.WaitCall) throws(CurlError) {
        try Self.requireValid(options)
        try Self.requireLibrary()
        let events = try SocketEvents()
        guard let multi = curl_multi_init() else {
            throw CurlError(.resources, "libcurl gave no multi handle")
        }
        let address = UInt(bitPattern: multi)
        let mailbox = CommandQueue(events, maxPendingRequests: options.maxPendingRequests)
        self.mailbox = mailbox
        let code = CurlThread.start {
            // The loop and with it the multi handle are gone before anybody hears that it has ended.
            let (end, account) = CurlLoop.run(on: address, mailbox, options, wait: wait)
            mailbox.end(end, account)
        }
        guard code == 0 else {
            curl_multi_cleanup(multi)
            throw CurlError(.resources, "the px-curl thread did not start: errno \(code)")
        }
    }

    deinit { mailbox.stop() }

    package func send(_ request: Request) async throws(TransportError) -> Response {
        let begin = ContinuousClock.now
        if let mistake = request.mistake {
            throw TransportError(
                .invalidRequest, phase: .queued, host: request.url.authority, elapsed: .zero, detail: mistake)
        }
        let id = mailbox.nextID()
        let outcome = await withTaskCancellationHandler {
            await withHandover { mailbox.start(request, begin: begin, id: id, $0) }
        } onCancel: {
            mailbox.cancel(id)
        }
        return try outcome.get()
    }

    /// Ends every transfer as `.shutDown`, closes all connections and returns when the thread has let go of
    /// everything. May be called any number of times, from anywhere, also after the loop died.
    package func shutDown() async {
        mailbox.stop()
        _ = await mailbox.ended()
    }

    /// Returns when the transport has been shut down.
    ///
    /// - Throws: `CurlError` of kind `.loopDied` when the loop ended by an error: nothing can be sent from
    ///   then on, and the process should end.
    package func ended() async throws(CurlError) {
        if case .died(let error) = await mailbox.ended() { throw error }
    }

    /// What the transport is doing. Cheap, and never waits for the loop.
    package var status: CurlStatus { mailbox.status }

    private static func requireValid(_ options: CurlOptions) throws(CurlError) {
        if let problem = options.problems().first {
            throw CurlError(
                .invalidOptions, "\(problem.field) must be \(problem.expected) (got \(problem.got))")
        }
        guard let bundle = options.caBundle else { return }
        guard access(bundle, R_OK) == 0 else {
            throw CurlError(.caBundle, "the file of trusted certificates \(bundle) cannot be read")
        }
    }

    /// 7.87 is the first with `CURLOPT_QUICK_EXIT` and a cache of trusted certificates.
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

    /// Once in a process, as libcurl demands.
    private static let globalInit = curl_global_init(Int(CURL_GLOBAL_DEFAULT))
}
