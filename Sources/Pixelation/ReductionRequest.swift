// SPDX-License-Identifier: Apache-2.0

package import Support

/// The way in which a `PictureReducer` reduces the picture of a file.
package struct ReductionRequest {
    /// The survey of the file with `options`.
    package var survey: Survey
    package var options: PixelationOptions
    /// The time at which the reduction ends with an error of kind `deadline`.
    package var deadline: ContinuousClock.Instant
    package var cancellation: Cancellation?

    package init(
        survey: Survey, options: PixelationOptions, deadline: ContinuousClock.Instant,
        cancellation: Cancellation?
    ) {
        self.survey = survey
        self.options = options
        self.deadline = deadline
        self.cancellation = cancellation
    }
}
