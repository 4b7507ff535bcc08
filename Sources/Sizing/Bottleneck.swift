// SPDX-License-Identifier: Apache-2.0

/// A limit of AWS, and the rate of pictures at which it is reached.
package struct Bottleneck: Sendable, Equatable, Encodable {
    /// The name of the limit with its value.
    package var name: String
    /// The pictures in a second at which the limit is reached.
    package var rate: Double
    /// The remedy, one sentence.
    package var remedy: String

    /// Returns the limits in the order in which they are reached.
    ///
    /// - Parameters:
    ///   - replicaRate: The pictures in a second of one replica.
    ///   - slots: The messages that a replica has in flight at most, those included that wait for a dependency.
    static func all(_ cost: PictureCost, replicaRate: Double, slots: Int, lambda: LambdaPlan) -> [Bottleneck]
    {
        let bytes = Double(cost.sourceBytes + cost.outputBytes)
        return [
            Bottleneck(
                name: "S3: 3,500 PUT/s for each prefix of outputs", rate: 3500 / Double(cost.outputs),
                remedy:
                    "Spread the keys of the sources over prefixes, which the outputs keep. S3 divides a busy"
                    + " prefix within minutes, and answers 503 until then."),
            Bottleneck(
                name: "S3: 5,500 GET and HEAD/s for each prefix of sources", rate: 5500 / 2,
                remedy: "Spread the keys of the sources over prefixes, for example by hash or by user."),
            Bottleneck(
                name: "SQS: 120,000 messages in flight", rate: 120_000 / Double(slots) * replicaRate,
                remedy:
                    "Use larger replicas, which have fewer slots for each processor, or several queues, each with"
                    + " its prefix of sources and its replicas."),
            Bottleneck(
                name: "KMS: 10,000 requests/s, with SSE-KMS and without bucket keys",
                rate: 10_000 / Double(cost.outputs + 1),
                remedy: "Use S3 bucket keys (the templates do), or have the quota raised."),
            Bottleneck(
                name: "NAT gateway: 100 Gbit/s, without a gateway endpoint of S3", rate: 12.5e9 / bytes,
                remedy: "Create a gateway endpoint of S3 (RouteTableIds), which costs nothing."),
            Bottleneck(
                name: "MaxReplicas: 20 replicas in the templates for tasks and pods", rate: 20 * replicaRate,
                remedy:
                    "Raise MaxReplicas, MaxTasks or maxReplicaCount, and the quota of processors of the account."
            ),
            Bottleneck(
                name: "Lambda: 1,000 calls at the same time", rate: 1000 / lambda.seconds,
                remedy: "Have the quota raised; only the function needs it."),
        ].sorted { ($0.rate, $0.name) < ($1.rate, $1.name) }
    }
}
