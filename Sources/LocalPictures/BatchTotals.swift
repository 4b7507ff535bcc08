// SPDX-License-Identifier: Apache-2.0

import Support

/// The numbers of files of a batch by their results.
package struct BatchTotals: Sendable, Equatable {
    /// The number of files whose outputs are written.
    package private(set) var pixelated = 0
    /// The number of files in folders that are not pictures.
    package private(set) var notPictures = 0
    /// The number of files with names of outputs, which were not pixelated again.
    package private(set) var outputs = 0
    /// The number of failures by their reason codes.
    package private(set) var failures: [String: Int] = [:]

    package init() {}

    /// Creates the totals of a selection before its files are processed.
    package init(_ selection: PictureSelection) {
        outputs = selection.outputs
        for failure in selection.failures { add(.failed(failure)) }
    }

    /// The number of failures.
    package var failed: Int { failures.values.reduce(0, +) }

    package mutating func add(_ result: PictureResult) {
        switch result {
        case .done: pixelated += 1
        case .notPicture: notPictures += 1
        case .failed(let failure): failures[failure.code, default: 0] += 1
        case .cancelled: break
        }
    }

    /// Returns a line that states all numbers that are not 0, and the time.
    ///
    /// - Parameters:
    ///   - count: The number of files to process when the batch was interrupted; nil when it has ended.
    ///   - time: The duration of the batch.
    package func line(interruptedOf count: Int?, time: Duration) -> String {
        let noun = (count ?? pixelated) == 1 ? "picture" : "pictures"
        var parts = [
            count.map { "interrupted: \(pixelated) of \($0) \(noun) pixelated" }
                ?? "\(pixelated) \(noun) pixelated"
        ]
        if notPictures > 0 { parts.append("\(notPictures) not a picture") }
        if outputs > 0 { parts.append("\(outputs) \(outputs == 1 ? "output" : "outputs") left out") }
        if failed > 0 {
            let reasons = failures.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .map { "\($0.key) \($0.value)" }
            parts.append("\(failed) failed (\(reasons.joined(separator: ", ")))")
        }
        return parts.joined(separator: ", ") + ", \(Self.seconds(time)) s"
    }

    /// Returns a duration in seconds with one decimal.
    private static func seconds(_ time: Duration) -> Double { (time.inSeconds * 10).rounded() / 10 }
}
