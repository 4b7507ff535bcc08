// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import S3Events

/// The stamp of an output: the source and the output format that it was made from, stored in the user-defined metadata
/// of the output. Outputs are compared by their stamps and never by time.
struct OutputStamp: Sendable, Equatable {
    /// The ETag of the source, without quotation marks.
    var eTag: String
    var versionID: String?
    /// The sequencer of the event; nil when the event had none. The source was read after the event, so the
    /// version that was read is that of the event or a later one.
    var sequencer: String?
    /// The output format, `PictureEngine.outputFormat`.
    var outputFormat: String

    private enum Name {
        static let eTag = "pixelated-source-etag"
        static let versionID = "pixelated-source-version"
        static let sequencer = "pixelated-sequencer"
        static let outputFormat = "pixelated-output-format"
    }

    init(source: ObjectHead, event: ObjectEvent, outputFormat: String) {
        eTag = source.unquotedETag
        versionID = source.versionID
        sequencer = event.sequencer?.description
        self.outputFormat = outputFormat
    }

    /// Reads a stamp from user-defined metadata. The result is nil for objects that this program has not stored.
    init?(_ metadata: [String: String]) {
        guard let eTag = metadata[Name.eTag], let outputFormat = metadata[Name.outputFormat] else {
            return nil
        }
        self.eTag = eTag
        self.outputFormat = outputFormat
        versionID = metadata[Name.versionID]
        sequencer = metadata[Name.sequencer]
    }

    /// The stamp as user-defined metadata.
    var metadata: [String: String] {
        var metadata = [Name.eTag: eTag, Name.outputFormat: outputFormat]
        metadata[Name.versionID] = versionID
        metadata[Name.sequencer] = sequencer
        return metadata
    }

    /// Returns true when two outputs were made from the same content of the source in the same output format.
    func isEquivalent(to other: OutputStamp) -> Bool {
        eTag == other.eTag && outputFormat == other.outputFormat
    }

    /// Returns true when the output was made, in the output format, from the version of the source in the event (the
    /// ETags are equal) or from a later one (the sequencer of the stamp is greater). Sequencers are compared only when
    /// the dialect of the event is that of S3 or EventBridge.
    func covers(_ event: ObjectEvent, outputFormat: String) -> Bool {
        guard self.outputFormat == outputFormat else { return false }
        if let eTag = event.eTag, eTag == self.eTag { return true }
        guard event.dialect == .s3 || event.dialect == .eventBridge, let announced = event.sequencer,
            let made = sequencer.flatMap(Sequencer.init)
        else { return false }
        return made > announced
    }
}
