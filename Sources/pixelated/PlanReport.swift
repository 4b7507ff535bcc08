// SPDX-License-Identifier: Apache-2.0

import Sizing
import Support

/// The plan of `pixelated plan` on standard output, as text or as JSON.
struct PlanReport: Encodable {
    private let plan: Plan
    /// True when the picture was generated; false for one that the user has named.
    private let isGenerated: Bool
    private let priceDate: String
    private let priceRegion: String
    private let prices: [String: Double]
    private let firstBottleneck: String?
    /// The figures that are not measured, one sentence each.
    private let assumptions: [String]

    init(_ plan: Plan, _ prices: Prices, isGenerated: Bool) {
        self.plan = plan
        self.isGenerated = isGenerated
        priceDate = prices.date
        priceRegion = prices.region
        self.prices = Dictionary(
            uniqueKeysWithValues: Prices.Item.allCases.map { ($0.rawValue, prices[$0]) })
        firstBottleneck = plan.firstBottleneck?.name
        let other = plan.fleets.first { !$0.isMeasured }?.target.isARM == true ? "ARM" : "x86"
        assumptions = [
            "The processor time of requests and messages, \(Self.milliseconds(PictureCost.requestSeconds)) a"
                + " picture, is that of deploy/docs/performance.md.",
            "A processor of AWS is as fast as one of this machine. That holds for \(other) as well, where the"
                + " command has not run.",
            "The function of Lambda needs \(Self.number(LambdaPlan.ratio(megapixels: plan.cost.megapixels), 1))"
                + " times the processor time, as in deploy/docs/performance.md.",
            "The predicted memory is what the service reserves.",
        ]
    }

    /// Prints the plan as text.
    ///
    /// - Throws: `StandardStreams.Failure`.
    func write() throws {
        let cost = plan.cost
        let million = 1e6
        try StandardStreams.printTable([
            ["picture", isGenerated ? "generated JPEG file" : "the given file"],
            [
                "  size",
                "\(Self.number(cost.megapixels, 1)) megapixels, \(cost.sourceBytes) bytes; \(cost.outputs)"
                    + " outputs of \(cost.outputBytes) bytes together",
            ],
            ["  processor time of the engine, measured", Self.milliseconds(cost.engineSeconds)],
            ["  processor time of the service", Self.milliseconds(cost.processorSeconds)],
            ["  memory, predicted", "\(Self.number(Double(cost.memoryBytes) / 1e6, 1)) MB"],
            ["rate", "\(Self.number(plan.rate, 1)) pictures/s"],
            ["  wait of 99 % of the pictures, at most", "\(Self.number(plan.age, 1)) s"],
            [
                "  requests a picture",
                "S3: \(Self.number(plan.requests.s3Head, 0)) HEAD, \(Self.number(plan.requests.s3Get, 0)) GET,"
                    + " \(Self.number(plan.requests.s3Put, 0)) PUT; SQS: \(Self.number(plan.requests.sqs, 2))",
            ],
            ["  bytes", "\(Self.number(plan.bytesPerSecond / 1e6, 1)) MB/s"],
        ])
        try StandardStreams.printLine("")
        let heading = [
            "service", "replicas", "pictures/s each", "$ a million", "replicas $", "requests $", "speed",
        ]
        let rows = plan.fleets.map { fleet in
            [
                fleet.target.rawValue, "\(fleet.replicas)", Self.number(fleet.replicaRate, 1),
                Self.number(fleet.price, 2), Self.number(fleet.replicaPrice, 2),
                Self.number(fleet.requestPrice, 2), fleet.isMeasured ? "measured" : "assumed",
            ]
        }
        let lambda = plan.lambda
        try StandardStreams.printTable(
            [heading] + rows + [
                [
                    "Lambda with Pillow", "\(lambda.concurrency)", Self.number(1 / lambda.seconds, 1),
                    Self.number(lambda.price, 2), Self.number(lambda.functionPrice, 2),
                    Self.number(lambda.requestPrice, 2), "assumed",
                ]
            ])
        try StandardStreams.printLine(
            "Besides, $ a million: \(Self.number(plan.natPrice, 2)) with a NAT gateway instead of a gateway endpoint"
                + " of S3, \(Self.number(plan.kmsPrice, 2)) with SSE-KMS without bucket keys.")
        try StandardStreams.printLine("")
        try StandardStreams.printTable(
            [["limit", "reached at pictures/s", ""]]
                + plan.bottlenecks.map {
                    [$0.name, Self.number($0.rate, 0), $0.rate < plan.rate ? "exceeded" : ""]
                })
        if let first = plan.firstBottleneck {
            try StandardStreams.printLine("First bottleneck: \(first.name). \(first.remedy)")
        } else {
            try StandardStreams.printLine("No limit is exceeded.")
        }
        try StandardStreams.printLine("")
        for assumption in assumptions { try StandardStreams.printLine("Assumed: \(assumption)") }
        try StandardStreams.printLine(
            "Prices: \(priceRegion), \(priceDate), \(Int(million)) pictures; without storage, discounts and taxes."
        )
    }

    private static func milliseconds(_ seconds: Double) -> String { "\(number(seconds * 1000, 2)) ms" }

    /// Returns a number, 0 or more, with a fixed number of decimals.
    private static func number(_ value: Double, _ decimals: Int) -> String {
        PlanNumber.text(value, decimals: decimals)
    }
}
