// SPDX-License-Identifier: Apache-2.0

package import Support

/// A picture that a `PictureReducer` reduces.
package struct ReductionRequest {
    /// The whole file. It must not move or change during the reduction.
    package var bytes: UnsafeBufferPointer<UInt8>
    /// The survey of `bytes` with `options`.
    package var survey: Survey
    package var options: PixelationOptions
    /// The time at which the reduction ends with an error of kind `deadline`.
    package var deadline: ContinuousClock.Instant
    package var cancellation: Cancellation?

    package init(
        bytes: UnsafeBufferPointer<UInt8>, survey: Survey, options: PixelationOptions,
        deadline: ContinuousClock.Instant, cancellation: Cancellation?
    ) {
        self.bytes = bytes
        self.survey = survey
        self.options = options
        self.deadline = deadline
        self.cancellation = cancellation
    }
}
