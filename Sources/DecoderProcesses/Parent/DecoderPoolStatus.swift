// SPDX-License-Identifier: Apache-2.0

package import Pixelation
package import Sandbox

/// The state of a pool of decoders, for the status of the service.
package struct DecoderPoolStatus: Sendable, Equatable {
    /// The number of decoders that are ready, also those that decode a picture.
    package var readyCount: Int
    /// The reason for which the last start has failed; nil when a decoder has become ready since.
    package var failure: String?
    /// The report of the sandbox of the decoder that has become ready last; nil before the first one.
    package var report: SandboxReport?
    /// The formats that this decoder cannot decode, because their libraries are not installed.
    package var unreadable: [SourceFormat] = []
}
