// SPDX-License-Identifier: Apache-2.0

/// The prices of AWS in US dollars, without discounts, taxes and free tiers. Each can be replaced.
package struct Prices: Sendable, Equatable {
    /// A price. The raw value is its name in files of prices.
    package enum Item: String, CaseIterable, Sendable, Encodable {
        /// An hour of an instance c7i.large (2 processors, 4 GiB).
        case instanceX86Hour = "ec2.c7i.large.hour"
        /// An hour of an instance c7g.large (2 processors, 4 GiB).
        case instanceARMHour = "ec2.c7g.large.hour"
        case fargateX86ProcessorHour = "fargate.x86.processor-hour"
        case fargateX86GigabyteHour = "fargate.x86.gigabyte-hour"
        case fargateARMProcessorHour = "fargate.arm.processor-hour"
        case fargateARMGigabyteHour = "fargate.arm.gigabyte-hour"
        case lambdaGigabyteSecond = "lambda.x86.gigabyte-second"
        case lambdaRequest = "lambda.request"
        /// A PUT, COPY, POST or LIST request of S3 Standard.
        case s3Put = "s3.put"
        /// A GET or HEAD request of S3 Standard.
        case s3Get = "s3.get"
        /// A request of a standard queue, which can be a batch of ten messages.
        case sqsRequest = "sqs.request"
        case kmsRequest = "kms.request"
        /// A gigabyte that a NAT gateway processes.
        case natGigabyte = "nat.gigabyte"

        /// The price list on aws.amazon.com that has the price.
        package var source: String {
            switch self {
            case .instanceX86Hour, .instanceARMHour: "https://aws.amazon.com/ec2/pricing/on-demand/"
            case .fargateX86ProcessorHour, .fargateX86GigabyteHour, .fargateARMProcessorHour,
                .fargateARMGigabyteHour:
                "https://aws.amazon.com/fargate/pricing/"
            case .lambdaGigabyteSecond, .lambdaRequest: "https://aws.amazon.com/lambda/pricing/"
            case .s3Put, .s3Get: "https://aws.amazon.com/s3/pricing/"
            case .sqsRequest: "https://aws.amazon.com/sqs/pricing/"
            case .kmsRequest: "https://aws.amazon.com/kms/pricing/"
            case .natGigabyte: "https://aws.amazon.com/vpc/pricing/"
            }
        }
    }

    /// The month of the prices and their Region; for a file of prices, what it says.
    package var date = "2026-06"
    package var region = "us-east-1"
    // The values agree with lists that third parties published in 2026; those of AWS are at `Item.source`.
    private var values: [Item: Double] = [
        .instanceX86Hour: 0.08925, .instanceARMHour: 0.0725,
        .fargateX86ProcessorHour: 0.04048, .fargateX86GigabyteHour: 0.004445,
        .fargateARMProcessorHour: 0.03238, .fargateARMGigabyteHour: 0.00356,
        .lambdaGigabyteSecond: 0.000_016_666_7, .lambdaRequest: 0.000_000_2,
        .s3Put: 0.000_005, .s3Get: 0.000_000_4, .sqsRequest: 0.000_000_4, .kmsRequest: 0.000_003,
        .natGigabyte: 0.045,
    ]

    package init() {}

    /// The price of an item in US dollars, 0 or more.
    package subscript(item: Item) -> Double {
        get { values[item] ?? 0 }
        set { values[item] = newValue }
    }
}
