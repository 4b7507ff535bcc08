// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Digests
internal import HTTP
package import S3Events
internal import Support
internal import Tracing

/// The stamp of an output: the source and the output format that it was made from, stored in the user-defined metadata
/// of the output. Outputs are compared by their stamps and never by time.
package struct OutputStamp: Sendable, Equatable {
    /// The name of the source (`sourceName(_:)`), which tells the outputs of sources in different buckets apart.
    package var source: String
    /// The ETag of the source, without quotation marks.
    package var eTag: String
    /// The version id of the source; nil when there is none, or when it is longer than `maxVersionIDBytes`. No decision
    /// depends on it.
    var versionID: String?
    /// The sequencer of the event; nil when the event had none. The source was read after the event, so the
    /// version that was read is that of the event or a later one.
    var sequencer: String?
    /// The output format, `PictureEngine.outputFormat`.
    package var outputFormat: String

    /// The maximum length of the name of a source in bytes. Together with `maxVersionIDBytes` and the length of the
    /// field name, it is the length of the longest version id of S3, for which `Metadata.reserve` has room.
    private static let maxSourceNameBytes = 496
    /// The maximum length of a version id in bytes. Those of S3 have 32 bytes.
    private static let maxVersionIDBytes = 512

    private enum Name {
        static let source = "pixelated-source"
        static let eTag = "pixelated-source-etag"
        static let versionID = "pixelated-source-version"
        static let sequencer = "pixelated-sequencer"
        static let outputFormat = "pixelated-output-format"
    }

    init(source: ObjectHead, event: ObjectEvent, outputFormat: String) {
        self.source = Self.sourceName(event)
        eTag = source.unquotedETag
        versionID = source.versionID.flatMap { $0.utf8.count <= Self.maxVersionIDBytes ? $0 : nil }
        sequencer = event.sequencer?.description
        self.outputFormat = outputFormat
    }

    /// Reads a stamp from user-defined metadata. The result is nil for objects that this program has not stored.
    package init?(_ metadata: [String: String]) {
        guard let source = metadata[Name.source], let eTag = metadata[Name.eTag],
            let outputFormat = metadata[Name.outputFormat]
        else { return nil }
        self.source = source
        self.eTag = eTag
        self.outputFormat = outputFormat
        versionID = metadata[Name.versionID]
        sequencer = metadata[Name.sequencer]
    }

    /// The stamp as user-defined metadata.
    var metadata: [String: String] {
        var metadata = [Name.source: source, Name.eTag: eTag, Name.outputFormat: outputFormat]
        metadata[Name.versionID] = versionID
        metadata[Name.sequencer] = sequencer
        return metadata
    }

    /// Returns the stamp as user-defined metadata, with the trace context of the source, which the outputs carry on, as
    /// far as it fits.
    ///
    /// - Parameter source: The source whose trace context is added; nil for none.
    func metadata(following source: ObjectHead?) -> [String: String] {
        var metadata = metadata
        guard let context = source?.traceContext else { return metadata }
        let size = metadata.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        let value = context.traceparent
        guard size + ObjectHead.traceparentName.utf8.count + value.utf8.count <= Metadata.reserve else {
            return metadata
        }
        metadata[ObjectHead.traceparentName] = value
        return metadata
    }

    /// Returns the name of the source of an event: bucket, slash and key in percent-encoding, or `sha256:` with the
    /// digest of this text when it is longer than `maxSourceNameBytes`.
    package static func sourceName(_ event: ObjectEvent) -> String {
        let bucket = PercentEncoding.encode(event.bucket)
        let name = "\(bucket)/\(PercentEncoding.encode(event.key, keepingSlash: true))"
        return name.utf8.count <= maxSourceNameBytes ? name : "sha256:\(Hex.encode(SHA256.digest(name)))"
    }

    /// Returns true when two outputs were made from the same content of the same source in the same output format.
    func isEquivalent(to other: OutputStamp) -> Bool {
        source == other.source && eTag == other.eTag && outputFormat == other.outputFormat
    }

    /// Returns true when the output was made, in the output format, from the version of the source in the event (the
    /// ETags are equal) or from a later one (the sequencer of the stamp is greater). Sequencers are compared only when
    /// the dialect of the event is that of S3 or EventBridge. The stamp of another source covers nothing, because
    /// sequencers order the events of one object only.
    func covers(_ event: ObjectEvent, outputFormat: String) -> Bool {
        guard self.outputFormat == outputFormat, source == Self.sourceName(event) else { return false }
        if let eTag = event.eTag, eTag == self.eTag { return true }
        guard event.dialect == .s3 || event.dialect == .eventBridge, let announced = event.sequencer,
            let made = sequencer.flatMap(Sequencer.init)
        else { return false }
        return made > announced
    }
}
