// SPDX-License-Identifier: Apache-2.0

/// The policy for the format of outputs.
package enum OutputFormatPolicy: String, Sendable, CaseIterable, Codable {
    /// Outputs have the format of the source. A format that this program does not write becomes JPEG, or PNG if the
    /// picture has alpha.
    case same
    case jpeg, png, webp

    /// Returns the format of the outputs of a source.
    ///
    /// - Parameters:
    ///   - source: The format of the source.
    ///   - hasAlpha: True when the picture has alpha.
    package func format(for source: SourceFormat, hasAlpha: Bool) -> OutputFormat {
        switch self {
        case .jpeg: .jpeg
        case .png: .png
        case .webp: .webp
        case .same:
            OutputFormat.allCases.first { $0.source == source } ?? (hasAlpha ? .png : .jpeg)
        }
    }

    /// Returns the ending that the names of outputs get behind the name of the source, without a dot; nil when the
    /// outputs have the format of the source.
    package func ending(for source: SourceFormat, hasAlpha: Bool) -> String? {
        let format = format(for: source, hasAlpha: hasAlpha)
        return format.source == source ? nil : format.ending
    }

    /// Returns the ending that the outputs of a source are likely to get, by the ending of its name: the content of the
    /// source decides, but the name is known before it.
    package func likelyEnding(forSource name: String) -> String? {
        let dot = name.utf8.lastIndex(of: UInt8(ascii: "."))
        let ending = dot.map { name[name.utf8.index(after: $0)...].lowercased() } ?? ""
        let source = SourceFormat.allCases.first { $0.endings.contains(ending) } ?? .jpeg
        return self.ending(for: source, hasAlpha: false)
    }
}
