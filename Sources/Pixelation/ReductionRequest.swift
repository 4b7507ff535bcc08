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
    /// True if the grids have the colour of the first pixel of each cell in place of the average, and the other pixels
    /// are compared with it. The options then have one size. JPEG pictures are averaged nevertheless.
    package var samplesCells = false

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
