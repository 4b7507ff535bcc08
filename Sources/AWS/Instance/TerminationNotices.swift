// SPDX-License-Identifier: Apache-2.0

package import HTTP
import Support

/// The reader of termination notices, by which EC2 announces in the instance metadata service that the instance ends.
///
/// There are two kinds of notice: the spot instance interruption notice, two minutes before the end
/// (docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html), and the target lifecycle state
/// of Auto Scaling
/// (docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html).
package final class TerminationNotices: Sendable {
    private let source: InstanceSource
    private let token = Locked<String?>(nil)

    private static let spot = "/latest/meta-data/spot/instance-action"
    private static let lifecycle = "/latest/meta-data/autoscaling/target-lifecycle-state"

    /// The actions of spot notices that end this process. `hibernate` is not among them, because the process continues
    /// afterwards.
    private static let finalActions: Set<String> = ["terminate", "stop"]
    /// The target lifecycle states of Auto Scaling that end this process.
    private static let finalStates: Set<String> = ["Terminated", "Warmed:Terminated", "Warmed:Stopped"]

    package init(transport: any Transport, host: HostEnvironment) {
        source = InstanceSource(transport: transport, host: host)
    }

    /// Returns the pending termination notice, such as `spot notice: terminate at 2026-01-01T00:00:00Z`, or nil.
    ///
    /// - Throws: `AWSError` when the metadata service does not respond, for example outside of EC2.
    package func pending() async throws(AWSError) -> String? {
        var current: String
        if let kept = token.withLock({ $0 }) { current = kept } else { current = try await source.newToken() }
        defer { token.withLock { [current] in $0 = current } }
        if let notice = try await source.find(Self.spot, &current),
            let action = JSON.decode(Notice.self, from: Array(notice.utf8)),
            Self.finalActions.contains(action.action)
        {
            return "spot notice: \(action.action) at \(Redaction([]).clean(action.time))"
        }
        let state = try await source.find(Self.lifecycle, &current).map {
            String($0.prefix { !$0.isWhitespace })
        }
        return state.flatMap { Self.finalStates.contains($0) ? "Auto Scaling: \($0)" : nil }
    }

    private struct Notice: Decodable {
        var action: String
        var time: String
    }
}
