// SPDX-License-Identifier: Apache-2.0

/// An output as a file.
package struct EncodedOutput: Sendable, Equatable {
    /// The number of blocks along each side.
    package var size: Int
    /// The whole file.
    package var bytes: [UInt8]
    /// The media type of the file, for example `image/jpeg`.
    package var contentType: String

    package init(size: Int, bytes: [UInt8], contentType: String) {
        self.size = size
        self.bytes = bytes
        self.contentType = contentType
    }
}
