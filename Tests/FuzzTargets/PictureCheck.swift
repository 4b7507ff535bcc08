// SPDX-License-Identifier: Apache-2.0

import Decoding
import Pixelation
import Pixels
import Support
import Verification

@testable import DecoderProcesses

/// The check of one picture: what its survey states is true, outputs are valid and contain nothing but cells, and an
/// error is one that a decoder reports.
struct PictureCheck {
    private let file: [UInt8]
    private let options: PixelationOptions
    private let reducer: any PictureReducer
    private let isMeasured: Bool

    /// Creates a check.
    ///
    /// - Parameter throughMessages: True if the request to the decoder and its answer become messages and are read
    ///   again. Otherwise the memory is compared with the prediction.
    init(_ file: [UInt8], _ options: PixelationOptions, throughMessages: Bool) {
        (self.file, self.options) = (file, options)
        isMeasured = !throughMessages
        reducer = throughMessages ? MessageReducer() : InProcessReducer()
    }

    /// Checks the picture.
    ///
    /// - Parameter thoroughly: True to compare the outputs with those of a second call, and to examine them as
    ///   `pixelated verify` does, which encodes them again.
    func run(thoroughly: Bool) throws {
        let engine = Pixelator(options, reducer: reducer)
        let survey: Survey
        do { survey = try engine.survey(file) } catch { return try check(error) }
        try check(survey)
        let call = { Result { () throws(PixelationError) in try engine.pixelate(file, survey: survey) } }
        let result = try isMeasured ? MemoryPeak.within(survey.workingSetBytes, call) : call()
        if thoroughly {
            let again = call()
            try require(again == result, "a second call has another result")
        }
        switch result {
        case .success(let picture): try check(picture, survey, examines: thoroughly)
        case .failure(let error): try check(error)
        }
    }

    private func check(_ survey: Survey) throws {
        let limits = options.limits
        try require(survey.width > 0 && survey.height > 0, "\(survey.width) x \(survey.height) pixels")
        try require(
            survey.width * survey.height <= limits.pixels, "\(survey.width) x \(survey.height) pixels")
        try require((1...limits.frames).contains(survey.frames), "\(survey.frames) frames")
        try require(survey.workingSetBytes <= limits.memoryBytes, "\(survey.workingSetBytes) bytes")
    }

    private func check(_ error: PixelationError) throws {
        try require(AnswerMessage.errors.contains(error.kind), "an error of the kind \(error.kind.rawValue)")
        // The limits of pixels, scans and frames bound the time.
        try require(error.kind != .internal && error.kind != .deadline, "\(error)")
        try require(!error.detail.isEmpty && error.detail.utf8.count <= 1024, "the detail of \(error)")
        try require(!error.detail.hasControlCharacters, "control characters in \(error)")
    }

    private func check(_ picture: PixelatedPicture, _ survey: Survey, examines: Bool) throws {
        try require(picture.outputs.map(\.size) == options.sizes, "other sizes")
        try require(Set(picture.damage.map(\.kind)).count == picture.damage.count, "a damage twice")
        try require(picture.outputs.map(\.bytes.count).reduce(0, +) <= survey.workingSetBytes, "long outputs")
        let isTurned = options.metadata == .upright && survey.orientation.swapsSides
        for output in picture.outputs {
            var options = PixelationOptions()
            options.limits = self.options.limits
            let found = try Pixelator(options, reducer: InProcessReducer()).survey(output.bytes)
            try require(
                (found.width, found.height)
                    == (isTurned ? survey.height : survey.width, isTurned ? survey.width : survey.height),
                "an output of \(found.width) x \(found.height) pixels")
            try require(
                found.format.rawValue.lowercased() == survey.outputFormat.rawValue,
                "an output in \(found.format)")
            // The outputs of the other policy may have a comment, and further chunks of colours.
            guard examines, self.options.metadata == .upright else { continue }
            let verifier = OutputVerifier(limits: options.limits, reducer: InProcessReducer())
            let examination = try verifier.verify(output.bytes, size: output.size)
            // A profile is copied as it is, and is a finding when it is invalid.
            let allowed: [Finding.Kind] = [.limit, .profile]
            try require(
                examination.isVerified || examination.findings.allSatisfy { allowed.contains($0.kind) },
                "findings in an output of size \(output.size): \(examination.findings)")
        }
    }
}

/// A reducer in this process, whose request and answer become messages and are read again, as between processes.
private struct MessageReducer: PictureReducer {
    func reduce(_ bytes: Span<UInt8>, _ request: ReductionRequest) throws(PixelationError) -> Reduction {
        var expected = AnswerMessage.Expectation(
            number: 7, sizes: request.options.sizes, color: request.survey.color,
            frames: request.survey.frames,
            profileBytes: request.survey.profileBytes)
        expected.samplesCells = request.samplesCells && request.survey.format != .jpeg
        let message = RequestMessage(
            number: 7, fileBytes: bytes.count, options: request.options, nanoseconds: 1)
        let answer: AnswerMessage
        do throws(MessageError) {
            let body = Array(message.message.dropFirst(MessageReader.lengthBytes))
            let received = try RequestMessage(body: body, mappingBytes: bytes.count)
            let reply = self.answer(to: received, bytes, request)
            let text = reply.message
            let length = try MessageReader.length(
                Array(text.prefix(MessageReader.lengthBytes)), maximum: expected.maximumBytes)
            guard length == text.count - MessageReader.lengthBytes else {
                throw MessageError("a wrong length")
            }
            answer = try AnswerMessage(
                body: Array(text.dropFirst(MessageReader.lengthBytes)), expected: expected)
        } catch {
            throw PixelationError(.decoderGarbage, error.description)
        }
        return try answer.result.get()
    }

    /// Returns what a decoder answers.
    private func answer(
        to received: RequestMessage, _ bytes: Span<UInt8>, _ request: ReductionRequest
    ) -> AnswerMessage {
        do throws(PixelationError) {
            var reduction = ReductionRequest(
                survey: try Survey(of: bytes, options: received.options), options: received.options,
                deadline: request.deadline, cancellation: nil)
            reduction.samplesCells = received.samplesCells
            let result = try InProcessReducer().reduce(bytes, reduction)
            return AnswerMessage(number: received.number, result: .success(result))
        } catch {
            return AnswerMessage(number: received.number, result: .failure(error))
        }
    }

    func copyBytes(ofFile count: Int) -> Int { 0 }
}
