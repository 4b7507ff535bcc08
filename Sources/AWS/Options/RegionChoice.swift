// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The choice of the region: that of the configuration, the queue's URL, `AWS_REGION`, `AWS_DEFAULT_REGION`, the
/// profile or the EC2 instance, in this order.
struct RegionChoice: Sendable {
    let options: AWSOptions
    let queueURL: String?
    let profile: [String: String]
    let host: HostEnvironment
    let transport: any Transport

    /// Returns the chosen region.
    ///
    /// - Throws: `AWSError` of the kind `.configuration` when no region is found or its name is invalid.
    func region() async throws(AWSError) -> Region {
        let fromQueue = queueURL.flatMap { URL($0) }.flatMap { Endpoints.region(ofQueue: $0) }
        let candidates = [
            options.region, fromQueue?.name, host.variable("AWS_REGION"),
            host.variable("AWS_DEFAULT_REGION"), profile["region"],
        ]
        if let name = candidates.compactMap(\.self).first {
            guard let region = Region(name) else {
                throw problem("\"\(name)\" cannot be the name of a region")
            }
            return region
        }
        let notFound = "no region in configuration, queue URL, AWS_REGION or profile"
        guard !InstanceSource.isDisabled(host) else { throw problem(notFound) }
        do {
            return try await InstanceSource(transport: transport, host: host).region()
        } catch {
            throw problem("\(notFound), and the instance metadata service returned none (\(error.message))")
        }
    }

    private func problem(_ message: String) -> AWSError {
        AWSError(.configuration, operation: "region", message: message)
    }
}
