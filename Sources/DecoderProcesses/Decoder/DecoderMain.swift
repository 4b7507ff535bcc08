// SPDX-License-Identifier: Apache-2.0

internal import CLibC
internal import Decoding
import Glibc
package import Pixelation
package import Sandbox

/// The program of a decoder process. It talks on descriptor 0 and uses no other descriptor, no environment variable and
/// no argument.
package enum DecoderMain {
    /// The exit statuses of a decoder, for the texts of the parent.
    package enum ExitStatus: Int32, Sendable {
        /// The parent has closed the channel.
        case finished = 0
        /// The first message is missing or of another version, as when a person starts the program.
        case notStartedByParent = 65
        /// A message of the parent is damaged, or the channel fails.
        case channel = 76
        /// The sandbox has a defect: the sample picture cannot be decoded in it.
        case sample = 70
    }

    /// The time without a request after which a decoder gives its free memory back.
    private static let idleTime = Duration.seconds(1)

    /// Decodes pictures until the parent closes the channel, and ends the process.
    package static func run() -> Never {
        run(InProcessReducer()) { hello in
            ProcessSandbox.enter(
                memoryLimit: hello.memoryLimit, keptBytes: hello.keptBytes, parent: hello.parent)
        }
    }

    /// Decodes pictures with a reducer and a sandbox of the caller until the parent closes the channel, and ends the
    /// process.
    ///
    /// - Parameters:
    ///   - reducer: The reducer.
    ///   - sandbox: A function that enters the sandbox and returns its report.
    package static func run(
        _ reducer: any PictureReducer, sandbox: (HelloMessage) -> SandboxReport
    ) -> Never {
        // Service managers and shells send them to all processes of the service. Its decoders are needed until the last
        // picture, and they end when the service closes the channel.
        for number in [SIGHUP, SIGINT, SIGTERM] { signal(number, SIG_IGN) }
        do throws(DecoderChannel.Failure) {
            px_name_thread("px-decoder")
            OutOfMemoryScore.raise()
            let connection = try DecoderConnection()
            guard getppid() == connection.hello.parent else { end(.notStartedByParent) }
            // The first picture initializes the libraries, some of which read files for it. The second one shows that
            // nothing that a picture needs is forbidden: a decoder without this check would die at every picture.
            guard SamplePicture.isDecoded() else { end(.sample) }
            let unreadable =
                connection.hello.loadsHEIF ? OptionalLibraries.load() : OptionalLibraries.refuseHEIF()
            let report = sandbox(connection.hello)
            guard SamplePicture.isDecoded() else { end(.sample) }
            try connection.channel.send(ReadyMessage(report: report, unreadable: unreadable).message)
            while true {
                if !connection.channel.isReadable(within: idleTime) { ProcessSandbox.releaseFreeMemory() }
                guard let request = try connection.nextRequest() else { break }
                let answer = answer(request, connection, reducer)
                try connection.channel.send(answer.message)
            }
        } catch {
            if case .garbage = error { end(.notStartedByParent) }
            end(error == .closed || error == .closedUnread ? .finished : .channel)
        }
        end(.finished)
    }

    private static func answer(
        _ request: RequestMessage, _ connection: DecoderConnection, _ reducer: any PictureReducer
    ) -> AnswerMessage {
        let deadline = ContinuousClock.now + .nanoseconds(request.nanoseconds)
        let file = connection.file(of: request)
        do throws(PixelationError) {
            var reductionRequest = ReductionRequest(
                survey: try Survey(of: file.span, options: request.options), options: request.options,
                deadline: deadline, cancellation: nil)
            reductionRequest.samplesCells = request.samplesCells
            let reduction = try reducer.reduce(file.span, reductionRequest)
            return AnswerMessage(number: request.number, result: .success(reduction))
        } catch {
            return AnswerMessage(number: request.number, result: .failure(error))
        }
    }

    private static func end(_ status: ExitStatus) -> Never { exit(status.rawValue) }
}
