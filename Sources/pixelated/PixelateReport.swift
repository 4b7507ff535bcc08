// SPDX-License-Identifier: Apache-2.0

import LocalPictures
import Pixelation
import Settings
import Support

/// The report of the command `pixelate`: the progress and the errors, a line for each file if it is verbose, and a
/// closing line unless it is quiet.
final class PixelateReport: Sendable {
    private let isQuiet: Bool
    private let isVerbose: Bool
    /// The number of files to process.
    private let count: Int
    private let begin = ContinuousClock.now
    private let totals: Locked<BatchTotals>
    private let progress = ProgressLine()
    /// The contact sheet; nil if none is made.
    private let sheet: Locked<ContactSheet?>

    init(_ selection: PictureSelection, isQuiet: Bool, isVerbose: Bool, sheet: ContactSheet?) {
        self.isQuiet = isQuiet
        self.isVerbose = isVerbose
        count = selection.pictures.count
        totals = Locked(BatchTotals(selection))
        self.sheet = Locked(sheet)
        for failure in selection.failures { self.sheet.withLock { $0?.add(failure) } }
    }

    /// True when some files were pixelated and none failed.
    var isSuccess: Bool { totals.withLock { $0.pixelated > 0 && $0.failed == 0 } }

    /// Reports the result of a file.
    ///
    /// - Parameter index: The place of the file among the others.
    func add(_ picture: LocalPicture, _ result: PictureResult, index: Int) {
        sheet.withLock { $0?.add(picture, result, index: index) }
        let totals = totals.withLock { totals in
            totals.add(result)
            return totals
        }
        switch result {
        case .done(let outputs):
            for damage in outputs.damage {
                printLineToError("\(picture): damaged (\(damage.kind.rawValue)): \(damage.detail)")
            }
            printLine(
                "\(picture): \(outputs.format.rawValue), \(outputs.width) x \(outputs.height), "
                    + "\(outputs.targets.count) \(outputs.targets.count == 1 ? "output" : "outputs")")
        case .notPicture: printLine("\(picture): not a picture")
        case .failed(let failure): printLineToError("\(failure)")
        case .cancelled: break
        }
        if !isQuiet { progress.show(text(totals)) }
    }

    /// Writes the contact sheet, if one is made, and reports its path. A sheet that cannot be written is a failure.
    func writeSheet(to directory: LocalPath, _ naming: Naming) {
        guard let sheet = sheet.withLock({ $0 }) else { return }
        let summary = totals.withLock { $0.line(interruptedOf: nil, time: begin.duration(to: .now)) }
        do throws(PictureFailure) {
            let path = try sheet.write(to: directory, naming: naming, summary: summary)
            if !isQuiet { printLineToError("contact sheet: \(path)") }
        } catch {
            totals.withLock { $0.add(.failed(error)) }
            printLineToError("\(error)")
        }
    }

    /// Reports the end of the batch.
    func end(isInterrupted: Bool, time: Duration) {
        progress.clear()
        let totals = totals.withLock { $0 }
        if !isQuiet { printError(totals.line(interruptedOf: isInterrupted ? count : nil, time: time)) }
    }

    private func text(_ totals: BatchTotals) -> String {
        let done = totals.pixelated + totals.notPictures + totals.failed
        let rate = Double(done) / max(begin.duration(to: .now).inSeconds, 0.001)
        var text = "\(done) of \(count) files"
        if totals.failed > 0 { text += ", \(totals.failed) failed" }
        if count > done, done > 1 {
            text += ", \(AuditReport.time(.seconds(Double(count - done) / rate))) left"
        }
        return text
    }

    private func printLineToError(_ text: String) {
        progress.clear()
        printError(text)
    }

    private func printLine(_ text: String) {
        guard isVerbose else { return }
        progress.clear()
        // The files are pixelated also when nobody reads the lines.
        try? StandardStreams.printLine(text)
    }
}
