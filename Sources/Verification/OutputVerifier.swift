// SPDX-License-Identifier: Apache-2.0

package import Pixelation
import Pixels
import Support

/// The examination of an output: what its bytes still tell about its source.
///
/// The file is trusted in nothing: Swift code that is checked for memory safety reads its parts and the coefficients of
/// JPEG files, and the reducer decodes the other formats, in another process if it is one of `DecoderProcesses`.
/// WhatIsProven.md explains which statements follow for each format.
package struct OutputVerifier: Sendable {
    private let options: PixelationOptions
    private let reducer: any PictureReducer

    /// Creates a verifier.
    ///
    /// - Parameters:
    ///   - limits: The limits of the files.
    ///   - reducer: The decoder of pictures that are no JPEG files.
    package init(limits: PixelationLimits, reducer: any PictureReducer) {
        var options = PixelationOptions()
        options.limits = limits
        (self.options, self.reducer) = (options, reducer)
    }

    /// Examines a file, within the limits of memory and time.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - size: The number of cells along each side that the output may have, 1...256.
    /// - Throws: `PixelationError` when the machine and not the file is at fault, as when no decoder can be started.
    package func verify(_ bytes: [UInt8], size: Int) throws(PixelationError) -> Examination {
        var examination = Examination(size: size)
        guard bytes.count <= options.limits.bytes else {
            let detail = "\(bytes.count) bytes, \(options.limits.bytes) are allowed"
            examination.findings = [
                Finding(PixelationError(.tooManyBytes, limit: detail), at: 0, count: bytes.count)
            ]
            return examination
        }
        let format = SourceFormat(bytes.span)
        examination.format = format
        switch format {
        case .jpeg: examineJPEG(bytes, &examination)
        case .png: try examine(FileWalk(png: bytes, options.limits), bytes, &examination)
        case .gif: try examine(FileWalk(gif: bytes, options.limits), bytes, &examination)
        case .webp: try examine(FileWalk(webp: bytes, options.limits), bytes, &examination)
        default:
            let name = format.map { "\($0.rawValue), which is" } ?? "data that is"
            examination.findings = [
                Finding(.coding, at: 0, count: bytes.count, "\(name) no format of outputs")
            ]
        }
        return examination
    }

    private func examineJPEG(_ bytes: [UInt8], _ examination: inout Examination) {
        let walk = JPEGWalk(bytes, size: examination.size, limits: options.limits)
        examination.findings = walk.findings
        examination.profileBytes = walk.profileBytes
        examination.bitsPerCell = walk.components.map { 8 * $0 }
    }

    /// Examines the pixels of a file without loss, and compares it with the file that the program makes of its cells.
    private func examine(
        _ walk: FileWalk, _ bytes: [UInt8], _ examination: inout Examination
    ) throws(PixelationError) {
        examination.findings = walk.findings
        examination.profileBytes = walk.profileBytes
        let ends: [Finding.Kind] = [.malformed, .coding, .limit]
        guard !walk.findings.contains(where: { ends.contains($0.kind) }) else { return }
        let sampler = SamplingReducer(reducer)
        var options = options
        options.sizes = [examination.size]
        let again: PixelatedPicture
        let survey: Survey
        do {
            let engine = Pixelator(options, reducer: sampler)
            survey = try engine.survey(bytes)
            again = try engine.pixelate(bytes, survey: survey)
        } catch {
            guard error.isOfFile else { throw error }
            guard !error.isOfLimit else {
                return examination.findings.append(Finding(error, at: walk.pictureOffset ?? 0))
            }
            examination.findings.append(
                Finding(
                    .malformed, at: walk.pictureOffset ?? 0, "a picture that is not decoded: \(error.detail)")
            )
            return
        }
        examination.frames = survey.frames
        // A pixel of a GIF file is transparent or not.
        let isBinary = survey.format == .gif && survey.color.hasAlpha
        examination.bitsPerCell = 8 * survey.color.bands - (isBinary ? 7 : 0)
        let differences = sampler.differences.withLock { $0 }
        if let first = differences?.first {
            let frame = survey.frames > 1 ? " of frame \(first.frame + 1)" : ""
            examination.findings.append(
                Finding(
                    .pixels, at: walk.pictureOffset ?? 0,
                    "pixels that differ from their cells: \(differences?.count ?? 0), the first at "
                        + "(\(first.x), \(first.y))\(frame)"))
            return
        }
        // Palettes of more colours than they have room for are not made again, and not the colours of cells that no
        // pixel shows.
        guard examination.findings.isEmpty, survey.format != .gif,
            min(survey.width, survey.height) >= examination.size
        else { return }
        let expected = again.outputs.first?.bytes ?? []
        if expected != bytes {
            let same = zip(expected, bytes).prefix { $0 == $1 }.count
            examination.findings.append(
                Finding(
                    .encoding, at: same, count: max(0, bytes.count - same),
                    "a file other than that of this version for the same cells (\(bytes.count) bytes, not "
                        + "\(expected.count))"))
        }
    }
}

/// A reducer whose grids have the colours of the first pixels of the cells.
private struct SamplingReducer: PictureReducer {
    let reducer: any PictureReducer
    /// The pixels that differ, after the reduction.
    let differences = Locked<CellDifferences?>(nil)

    init(_ reducer: any PictureReducer) { self.reducer = reducer }

    func reduce(_ bytes: Span<UInt8>, _ request: ReductionRequest) throws(PixelationError) -> Reduction {
        var request = request
        request.samplesCells = true
        let reduction = try reducer.reduce(bytes, request)
        differences.withLock { $0 = reduction.differences }
        return reduction
    }

    func copyBytes(ofFile count: Int) -> Int { reducer.copyBytes(ofFile: count) }
}

extension PixelationError {
    /// True when the file may be a picture, and exceeds a limit.
    fileprivate var isOfLimit: Bool {
        switch kind {
        case .tooManyBytes, .tooManyPixels, .tooManyScans, .tooManyFrames, .tooManyMarkers, .tooMuchMemory,
            .deadline, .decoderOutOfMemory:
            true
        default: false
        }
    }

    /// True when the file is at fault and not the machine.
    fileprivate var isOfFile: Bool {
        switch kind {
        case .decoderUnavailable, .decoderMissing, .cancelled, .internal: false
        default: true
        }
    }
}
