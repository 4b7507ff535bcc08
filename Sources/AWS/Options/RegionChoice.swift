// SPDX-License-Identifier: Apache-2.0

import HTTP

/// Finds the region: configuration, queue, environment, profile, instance, in this order.
struct RegionChoice: Sendable {
    let options: AWSOptions
    let queueURL: String?
    let profile: [String: String]
    let surroundings: HostEnvironment
    let transport: any Transport

    func region() async throws(AWSError) -> Region {
        let fromQueue = queueURL.flatMap { URL($0) }.flatMap { Endpoints.region(ofQueue: $0) }
        let candidates = [
            options.region, fromQueue?.name, surroundings.variable("AWS_REGION"),
            surroundings.variable("AWS_DEFAULT_REGION"), profile["region"],
        ]
        if let name = candidates.compactMap(\.self).first {
            guard let region = Region(name) else {
                throw refusal("\"\(name)\" cannot be the name of a region")
            }
            return region
        }
        let nowhere = "no region in configuration, queue URL, AWS_REGION or profile"
        guard !InstanceSource.isDisabled(surroundings) else { throw refusal(nowhere) }
        do {
            return try await InstanceSource(transport: transport, surroundings: surroundings).region()
        } catch { throw refusal("\(nowhere), and the instance metadata gives none (\(error.message))") }
    }

    private func refusal(_ message: String) -> AWSError {
        AWSError(.configuration, operation: "region", message: message)
    }
}
