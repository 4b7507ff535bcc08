// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A function of AWS Lambda that does the same with Pillow, as this project began: it is called by S3 for each source,
/// opens the source once for each output, and uploads one output after the other. All figures are assumed: the ratio of
/// the processor times is that of deploy/docs/performance.md.
package struct LambdaPlan: Sendable, Equatable, Encodable {
    /// The duration of a call in seconds.
    package var seconds: Double
    /// The number of calls at the same time.
    package var concurrency: Int
    /// The price of a million pictures in US dollars: of the function, and of its requests to S3.
    package var functionPrice: Double
    package var requestPrice: Double
    package var price: Double { functionPrice + requestPrice }

    /// The memory with which a function has one processor, in MB (Lambda developer guide, "Configure memory").
    static let memoryMegabytes = 1769.0
    /// The duration of a request to S3 in seconds, of which a call makes one after the other.
    static let requestSeconds = 0.03

    package init(_ cost: PictureCost, rate: Double, _ prices: Prices) {
        let requests = Double(1 + cost.outputs)
        let duration =
            cost.processorSeconds * Self.ratio(megapixels: cost.megapixels) + requests * Self.requestSeconds
        seconds = duration
        concurrency = Int((rate * duration).rounded(.up))
        let gigabytes = Self.memoryMegabytes / 1024
        functionPrice = 1e6 * (duration * gigabytes * prices[.lambdaGigabyteSecond] + prices[.lambdaRequest])
        requestPrice = 1e6 * (prices[.s3Get] + Double(cost.outputs) * prices[.s3Put])
    }

    private enum CodingKeys: String, CodingKey { case seconds, concurrency, functionPrice, requestPrice }

    /// Returns the processor time of a worker with five decodes by Pillow, divided by that of this service. It is
    /// interpolated between the two tables of performance.md: 6.84 for 0.9 megapixels, 11.6 for 14.
    package static func ratio(megapixels: Double) -> Double {
        let small = (megapixels: 0.9, ratio: 6.84)
        let large = (megapixels: 14.0, ratio: 11.6)
        let share = log(max(megapixels, 0.001) / small.megapixels) / log(large.megapixels / small.megapixels)
        return small.ratio + min(max(share, 0), 1) * (large.ratio - small.ratio)
    }
}
