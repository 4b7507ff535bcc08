// SPDX-License-Identifier: Apache-2.0

package import Pixelation
import Settings

/// The reason for which a file, a folder or a pattern was not processed.
package struct PictureFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The reasons that are not those of the engine (`PixelationError.Kind`).
    package enum Code: String, Sendable {
        /// The file or folder cannot be read.
        case unreadable
        /// The outputs cannot be written.
        case unwritable
        /// The names of the outputs are longer than the file system permits.
        case nameTooLong = "name-too-long"
        /// No file matches a pattern.
        case noMatch = "no-match"
    }

    /// The raw value of a `Code` or of a `PixelationError.Kind`.
    package let code: String
    /// A sentence with the name of the file.
    package let description: String

    package init(_ code: Code, _ text: String) {
        self.code = code.rawValue
        description = text
    }

    /// Creates the failure of a file that the engine refuses.
    ///
    /// - Parameter name: The name of the file.
    package init(_ error: PixelationError, of name: String) {
        code = error.kind.rawValue
        description = "\(name): \(error)"
    }

    init(_ code: Code, _ failure: LocalFile.Failure) { self.init(code, "\(failure)") }

    /// Creates the failure of a file that is longer than `PixelationLimits.bytes`.
    static func tooLong(_ name: String, limit: Int) -> PictureFailure {
        PictureFailure(
            PixelationError(
                .tooManyBytes,
                "the file has more than \(limit) bytes, the limit pixelation.limits.bytes; a higher one is given "
                    + "by --max-bytes"), of: name)
    }
}
