// SPDX-License-Identifier: Apache-2.0

package import Settings

/// A file to pixelate, and the place of its outputs.
package struct LocalPicture: Sendable, Equatable, CustomStringConvertible {
    /// The place of the content.
    package enum Content: Sendable, Equatable {
        case file(LocalPath)
        /// The content of the standard input, which has been read.
        case standardInput([UInt8])
    }

    package let content: Content
    /// The path below the output directory from which the paths of the outputs are made, such as `holidays/lake.jpg`.
    package let target: [UInt8]
    /// True when an argument names the file, false when it was found in a folder, where other files are expected.
    package let isNamed: Bool

    package init(_ content: Content, target: [UInt8], isNamed: Bool) {
        self.content = content
        self.target = target
        self.isNamed = isNamed
    }

    /// The path of the file, or the words "standard input".
    package var description: String {
        switch content {
        case .file(let path): "\(path)"
        case .standardInput: "standard input"
        }
    }
}
