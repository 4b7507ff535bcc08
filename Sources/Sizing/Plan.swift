// SPDX-License-Identifier: Apache-2.0

/// The needs of a rate of pictures: replicas, requests, bytes and money.
package struct Plan: Sendable, Equatable, Encodable {
    /// The replicas of one service of AWS.
    package struct Fleet: Sendable, Equatable, Encodable {
        package var target: PlanTarget
        /// True when the processor time is that of this architecture; otherwise it is assumed to be the same.
        package var isMeasured: Bool
        package var replicas: Int
        /// The pictures in a second that one replica can process.
        package var replicaRate: Double
        /// The price of a million pictures in US dollars: of the replicas, and of the requests.
        package var replicaPrice: Double
        package var requestPrice: Double
        package var price: Double { replicaPrice + requestPrice }

        private enum CodingKeys: String, CodingKey {
            case target, isMeasured, replicas, replicaRate, replicaPrice, requestPrice
        }
    }

    /// The pictures in a second.
    package var rate: Double
    /// The acceptable wait of a picture in seconds.
    package var age: Double
    package var cost: PictureCost
    package var requests: RequestCounts
    /// The pictures of which a replica has the memory at the same time, at most its processors.
    package var workers: Int
    package var fleets: [Fleet]
    package var lambda: LambdaPlan
    /// The bytes in a second that are read and written.
    package var bytesPerSecond: Double
    /// The prices of a million pictures in US dollars that arise only without a gateway endpoint of S3, and only with
    /// SSE-KMS without bucket keys.
    package var natPrice: Double
    package var kmsPrice: Double
    /// The limits of AWS in the order in which they are reached.
    package var bottlenecks: [Bottleneck]

    /// The pictures that two processors pixelate in a second, divided by those of one and by two (performance.md).
    package static let parallelEfficiency = 0.965
    /// The slots of a replica besides its processors (`worker.maxInFlight`), and the messages that can wait for a
    /// dependency besides (`WorkerOptions.effectiveMaxWaiting`).
    private static let moreSlots = 10 + 32

    /// Makes a plan.
    ///
    /// - Parameters:
    ///   - rate: The pictures in a second, more than 0.
    ///   - age: The acceptable wait of a picture in seconds, more than 0.
    ///   - isARM: True when `cost` was measured on an ARM processor.
    package init(_ cost: PictureCost, rate: Double, age: Double, isARM: Bool, prices: Prices = Prices()) {
        self.rate = rate
        self.age = age
        self.cost = cost
        let memory = PlanTarget.memoryBytes - PlanTarget.otherMemory
        let workers = min(PlanTarget.processors, max(1, memory / max(1, cost.memoryBytes)))
        self.workers = workers
        let seconds = cost.processorSeconds / Self.parallelEfficiency
        let replicaRate = Double(workers) / seconds
        let processors = WaitingTime.processors(rate: rate, seconds: seconds, age: age)
        let replicas = (processors + workers - 1) / workers
        let requests = RequestCounts(
            outputs: cost.outputs, processRate: min(replicaRate, rate / Double(replicas)))
        self.requests = requests
        fleets = PlanTarget.allCases.map { target in
            Fleet(
                target: target, isMeasured: target.isARM == isARM, replicas: replicas,
                replicaRate: replicaRate,
                replicaPrice: 1e6 * Double(replicas) * target.hourPrice(prices) / (rate * 3600),
                requestPrice: 1e6 * requests.price(prices))
        }
        let lambda = LambdaPlan(cost, rate: rate, prices)
        self.lambda = lambda
        let bytes = Double(cost.sourceBytes + cost.outputBytes)
        bytesPerSecond = rate * bytes
        natPrice = 1e6 * bytes / 1e9 * prices[.natGigabyte]
        kmsPrice = 1e6 * Double(cost.outputs + 1) * prices[.kmsRequest]
        bottlenecks = Bottleneck.all(
            cost, replicaRate: replicaRate, slots: PlanTarget.processors + Self.moreSlots, lambda: lambda)
    }

    /// The first limit that the rate exceeds; nil when it exceeds none.
    package var firstBottleneck: Bottleneck? { bottlenecks.first { $0.rate < rate } }
}
