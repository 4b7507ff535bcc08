// SPDX-License-Identifier: Apache-2.0

internal import S3Events

/// The states of a source's outputs before an attempt, in the order of `OutputPlan.outputs`. The article
/// `LifeOfAMessage` explains which of them make a download or a put unnecessary (section Freshness).
struct ExistingOutputs: Sendable {
    var states: [ExistingOutput]

    /// Returns true when all outputs were made from the version of the event or from a later one.
    func cover(_ event: ObjectEvent, outputFormat: String) -> Bool {
        states.allSatisfy { $0.stamp?.covers(event, outputFormat: outputFormat) ?? false }
    }

    /// Returns the indices of the outputs that were not made from the source with this ETag in this format.
    func stale(for eTag: String, outputFormat: String) -> [Int] {
        states.indices.filter { index in
            guard let stamp = states[index].stamp else { return true }
            return stamp.eTag != eTag || stamp.outputFormat != outputFormat
        }
    }
}
