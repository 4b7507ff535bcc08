// SPDX-License-Identifier: Apache-2.0

package import AWS
package import Pixelation
package import Worker

/// The options of an audit.
package struct AuditOptions: Sendable, Equatable {
    /// The bucket of the sources.
    package var bucket: String
    /// The prefix of the keys of the sources that are audited; empty for all.
    package var prefix = ""
    /// The manifest of an inventory of S3 that is read in the place of the listing of the sources; nil for the listing.
    package var inventory: ObjectReference?
    /// True to compare listings alone, without a HEAD request for each output.
    package var isFast = false
    /// The number of sources that are picked at random and audited; nil for all.
    package var sample: Int?
    /// The maximum number of simultaneous HEAD requests.
    package var concurrency = 32
    /// True to look for outputs whose sources do not exist.
    package var findsOrphans = true
    package var output: OutputOptions
    package var filter: ObjectFilter
    package var sizes: [Int]
    package var format: OutputFormatPolicy
    /// The output format of the stamps that current outputs have (`PictureEngine.outputFormat`).
    package var outputFormat: String

    package init(
        bucket: String, prefix: String = "", output: OutputOptions, filter: ObjectFilter, sizes: [Int],
        format: OutputFormatPolicy, outputFormat: String
    ) {
        self.bucket = bucket
        self.prefix = prefix
        self.output = output
        self.filter = filter
        self.sizes = sizes
        self.format = format
        self.outputFormat = outputFormat
    }

    /// The text that distinguishes audits with different results.
    package var identity: String {
        let parts = [
            "s3://\(bucket)/\(prefix)", isFast ? "fast" : "stamps", findsOrphans ? "orphans" : "sources",
            "s3://\(output.bucket)/\(output.prefix)", output.namePrefix,
            sizes.map { "\($0)" }.joined(separator: ","), format.rawValue, outputFormat,
            inventory.map { "\($0)" } ?? "listing",
        ]
        return parts.joined(separator: " ")
    }

    /// The endings that the outputs of a source can have behind its name; nil for none. The content of a source decides
    /// about the ending, and an audit does not read it.
    var endings: [String?] {
        var endings: [String?] = []
        for source in SourceFormat.readable {
            for hasAlpha in [false, true] {
                let ending = format.ending(for: source, hasAlpha: hasAlpha)
                if !endings.contains(ending) { endings.append(ending) }
            }
        }
        return endings
    }

    /// The prefix of the keys of the outputs of all audited sources.
    var outputPrefix: String {
        // The file name of a source is not at the start of the file name of its output.
        let folder = prefix.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(prefix[...$0]) } ?? ""
        return output.prefix(forSourcesIn: bucket) + folder
    }
}
