// SPDX-License-Identifier: Apache-2.0

import DecoderProcesses
import Decoding
import Foundation
import Pixelation

/// The decoder of the tests of the engine: the process of the tests, or decoder processes when the environment variable
/// `PIXELATOR_DECODER` names a program with the subcommand `decoder`.
enum TestDecoder {
    static let reducer: any PictureReducer =
        if let program {
            DecoderPool(
                DecoderOptions(isolation: .required, PixelationOptions(), count: 4), limit: 4,
                program: DecoderProgram(path: program, arguments: [DecoderProgram.subcommand]))
        } else {
            InProcessReducer()
        }

    private static let program = ProcessInfo.processInfo.environment["PIXELATOR_DECODER"]
}

extension Pixelator {
    /// Creates an engine with the decoder of the tests.
    init(_ options: PixelationOptions) { self.init(options, reducer: TestDecoder.reducer) }

    /// Surveys and reduces a file with the decoder of the tests.
    static func reduction(
        of bytes: [UInt8], _ options: PixelationOptions
    ) throws(PixelationError) -> Reduction {
        try TestDecoder.reducer.reduce(
            bytes.span,
            ReductionRequest(
                survey: Survey(of: bytes.span, options: options), options: options,
                deadline: .now + .seconds(600), cancellation: nil))
    }

    /// Returns an engine that decodes in the process of the tests, for options and surveys that the service never has.
    static func inProcess(_ options: PixelationOptions) -> Pixelator {
        Pixelator(options, reducer: InProcessReducer())
    }
}
