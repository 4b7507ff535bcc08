// SPDX-License-Identifier: Apache-2.0

package import Logging

/// A log handler of swift-log that writes to a `LogOutput`.
///
/// The log level is the level of the `LogOutput`, which a reload of the configuration can change, unless the level of
/// the logger was set explicitly.
package struct JournalLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private var ownLevel: Logger.Level?
    private let label: String
    private let output: LogOutput

    package init(label: String, output: LogOutput) {
        self.label = label
        self.output = output
    }

    package var logLevel: Logger.Level {
        get { ownLevel ?? output.level }
        set { ownLevel = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var base = metadata
        if let provided = metadataProvider?.get() { base.merge(provided) { own, _ in own } }
        output.write(LogRecord(event, label: label, metadata: base))
    }
}
