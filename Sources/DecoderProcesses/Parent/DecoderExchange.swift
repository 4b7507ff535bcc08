// SPDX-License-Identifier: Apache-2.0

import Glibc
internal import Pixelation
internal import Support

/// The request to a decoder and its answer. The caller owns the decoder.
struct DecoderExchange {
    /// The outcome of an exchange.
    enum Outcome {
        /// The decoder has answered and can be used again.
        case answer(Result<Reduction, PixelationError>)
        /// The decoder had ended, or had sent bytes, before the request, which is not the fault of the picture.
        case idleEnd(String)
        /// The decoder has died, was killed, or must be killed.
        case ended(PixelationError)
    }

    /// The time in which a decoder that has closed its channel exits by itself.
    private static let exitTime = Duration.seconds(1)

    let decoder: DecoderProcess
    let request: ReductionRequest
    /// The time after the deadline at which the decoder is killed.
    let grace: Duration

    init(_ decoder: DecoderProcess, _ request: ReductionRequest, grace: Duration) {
        self.decoder = decoder
        self.request = request
        self.grace = grace
    }

    /// Runs the exchange on the calling thread. It ends at the deadline of the request and `grace` after it at the
    /// latest, and 20 ms after a cancellation.
    ///
    /// - Parameter file: The whole file of the request.
    func run(_ file: Span<UInt8>) -> Outcome {
        switch decoder.channel.quiet() {
        case .closed: return idleEnd()
        case .garbage: return .idleEnd("sent bytes without a request")
        case .quiet: break
        }
        guard file.count <= decoder.memory.count else {
            let detail = "\(file.count) bytes, \(decoder.memory.count) are allowed"
            return .answer(.failure(PixelationError(.tooManyBytes, detail)))
        }
        decoder.memory.write(file)
        var expected = AnswerMessage.Expectation(
            number: .random(in: 0...UInt64.max), sizes: request.options.sizes,
            color: request.survey.color, frames: request.survey.frames,
            profileBytes: request.survey.profileBytes)
        expected.samplesCells = request.samplesCells && request.survey.format != .jpeg
        let left = max(.zero, request.deadline - .now)
        var message = RequestMessage(
            number: expected.number, fileBytes: file.count, options: request.options,
            nanoseconds: left.inNanoseconds)
        message.samplesCells = expected.samplesCells
        do throws(DecoderChannel.Failure) {
            try decoder.channel.send(message.message)
            let cancellation = request.cancellation
            let body = try decoder.channel.receive(
                maximum: expected.maximumBytes, until: request.deadline + grace,
                stops: { cancellation?.isCancelled ?? false })
            return answer(body, expected)
        } catch {
            // Nothing of the file can have caused the end of a decoder that has not read the request.
            if error == .closedUnread { return idleEnd() }
            return .ended(self.error(error))
        }
    }

    private func answer(_ body: [UInt8], _ expected: AnswerMessage.Expectation) -> Outcome {
        do throws(MessageError) {
            let answer = try AnswerMessage(body: body, expected: expected)
            guard decoder.channel.quiet() != .garbage else { throw MessageError("bytes behind the answer") }
            return .answer(answer.result)
        } catch {
            return .ended(garbage(error.description))
        }
    }

    private func error(_ failure: DecoderChannel.Failure) -> PixelationError {
        switch failure {
        case .timeout: PixelationError(.deadline, "the decoder did not end at its deadline and was killed")
        case .stopped: PixelationError(.cancelled, "decoding was cancelled")
        case .garbage(let reason): garbage(reason)
        case .system(let code): garbage("the channel failed: \(String(cString: strerror(code)))")
        case .closed, .closedUnread: death()
        }
    }

    private func garbage(_ reason: String) -> PixelationError {
        PixelationError(.decoderGarbage, "the answer of the decoder is invalid: \(reason)")
    }

    /// Returns the error of a decoder that has closed its channel.
    private func death() -> PixelationError {
        guard decoder.wait(atMost: Self.exitTime), let end = decoder.end else {
            return garbage("the decoder closed its channel without an answer")
        }
        return end.isOutOfMemory
            ? PixelationError(.decoderOutOfMemory, "the decoder ended with \(end) while decoding")
            : PixelationError(.decoderCrashed, "the decoder ended with \(end) while decoding")
    }

    private func idleEnd() -> Outcome {
        _ = decoder.wait(atMost: Self.exitTime)
        return .idleEnd(decoder.idleEnd)
    }
}
