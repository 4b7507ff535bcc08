// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import Glibc
import Pixelation
import Sizing

/// The measurement of one picture by the engine, with decoders in processes of their own as in the service.
enum PictureMeasurement {
    /// The time for which the picture is pixelated again and again.
    private static let time = Duration.seconds(3)
    /// The least number of times.
    private static let leastCount = 2

    /// True when this program was built for ARM processors.
    static var isARM: Bool {
        #if arch(arm64)
            true
        #else
            false
        #endif
    }

    /// Returns what a picture costs on this machine.
    ///
    /// - Throws: `PixelationError`, and `ExitCode` when no decoder can be started.
    static func cost(of file: [UInt8]) throws -> PictureCost {
        // The start of a decoder costs more than some pictures, and is subtracted.
        let start = try run(file, atLeast: 1, for: .zero)
        let whole = try run(file, atLeast: 1 + leastCount, for: time)
        let seconds = (whole.seconds - start.seconds) / Double(whole.count - start.count)
        let picture = whole.picture
        let outputBytes = picture.outputs.reduce(0) { $0 + $1.bytes.count }
        return PictureCost(
            sourceBytes: file.count,
            megapixels: Double(whole.survey.width) * Double(whole.survey.height) / 1e6,
            outputBytes: outputBytes, outputs: picture.outputs.count, engineSeconds: max(seconds, 1e-6),
            memoryBytes: file.count + whole.survey.workingSetBytes)
    }

    private struct Run {
        var picture: PixelatedPicture
        var survey: Survey
        var count: Int
        /// The processor time of this process and of the decoder in seconds.
        var seconds: Double
    }

    /// Pixelates a picture again and again with a new decoder.
    private static func run(_ file: [UInt8], atLeast least: Int, for time: Duration) throws -> Run {
        let options = PixelationOptions()
        let before = processorSeconds
        let decoders = Decoders(.preferred, options, count: 1, onEvent: { _ in })
        // The processor time of a child counts when it has ended.
        defer { decoders.shutDown() }
        try decoders.requireOne()
        let pixelator = Pixelator(options, reducer: decoders.reducer)
        let survey = try pixelator.survey(file)
        let end = ContinuousClock.now + time
        var picture = try pixelator.pixelate(file, survey: survey)
        var count = 1
        while count < least || .now < end {
            picture = try pixelator.pixelate(file, survey: survey)
            count += 1
        }
        decoders.shutDown()
        return Run(picture: picture, survey: survey, count: count, seconds: processorSeconds - before)
    }

    /// The processor time of this process and of its children that have ended, in seconds.
    private static var processorSeconds: Double {
        [RUSAGE_SELF, RUSAGE_CHILDREN].reduce(0) { sum, who in
            var usage = rusage()
            guard getrusage(__rusage_who_t(who.rawValue), &usage) == 0 else { return sum }
            func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
            return sum + seconds(usage.ru_utime) + seconds(usage.ru_stime)
        }
    }
}
