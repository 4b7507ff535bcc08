// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import S3Events

/// The origin of an output, stored in its user metadata. Outputs are compared by their stamps, never by time.
struct OutputStamp: Sendable, Equatable {
    /// The ETag of the source, without quotation marks.
    var eTag: String
    var versionID: String?
    /// The sequencer of the event. The source was read after that event, so it is at least as new.
    var sequencer: String?
    /// The `PictureEngine.outputFormat` of the engine.
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

    /// Reads a stamp from user metadata. The result is nil for objects that were stored by something else.
    init?(_ metadata: [String: String]) {
        guard let eTag = metadata[Name.eTag], let outputFormat = metadata[Name.outputFormat] else {
            return nil
        }
        self.eTag = eTag
        self.outputFormat = outputFormat
        versionID = metadata[Name.versionID]
        sequencer = metadata[Name.sequencer]
    }

    /// The stamp as user metadata.
    var metadata: [String: String] {
        var metadata = [Name.eTag: eTag, Name.outputFormat: outputFormat]
        metadata[Name.versionID] = versionID
        metadata[Name.sequencer] = sequencer
        return metadata
    }

    /// Returns true for outputs of the same content of the source in the same format.
    func isEquivalent(to other: OutputStamp) -> Bool {
        eTag == other.eTag && outputFormat == other.outputFormat
    }

    /// Returns true when the output was made, in this format, from the version that the event announces or from a
    /// later one. Only the sequencers of AWS tell which version is later.
    func covers(_ event: ObjectEvent, outputFormat: String) -> Bool {
        guard self.outputFormat == outputFormat else { return false }
        if let eTag = event.eTag, eTag == self.eTag { return true }
        guard event.dialect == .s3 || event.dialect == .eventBridge, let announced = event.sequencer,
            let made = sequencer.flatMap(Sequencer.init)
        else { return false }
        return made > announced
    }
}
