// SPDX-License-Identifier: Apache-2.0

package import AWS
package import Pixelation
package import Settings
import SigV4
import Support
import Worker

/// The checks of the machine and of the resources in AWS that the service needs: credentials, queues and buckets. They
/// receive no message, and store nothing unless `writes` is true.
package struct Preflight: Sendable {
    private let session: AWSSession
    private let settings: Configuration
    private let sources: [String]
    private let writes: Bool
    private let limits: MachineLimits
    private let clock: ServerClock?
    private let decoderTrial: @Sendable (DecoderIsolation, PixelationOptions) -> Decoders.Trial

    /// Creates the checks.
    ///
    /// - Parameters:
    ///   - sources: The names of the source buckets; empty for those of `filter.buckets`.
    ///   - writes: True to store an object in the output bucket and to delete it.
    ///   - clock: The transport of `session`, which knows the clock of AWS; nil when it is not known.
    ///   - decoderTrial: A function that starts one decoder and ends it.
    package init(
        session: AWSSession, settings: Configuration, sources: [String] = [], writes: Bool = false,
        limits: MachineLimits = .current, clock: ServerClock? = nil,
        decoderTrial: @escaping @Sendable (DecoderIsolation, PixelationOptions) -> Decoders.Trial =
            Decoders.trial
    ) {
        self.session = session
        self.settings = settings
        self.sources = sources.isEmpty ? settings.worker.filter.buckets : sources
        self.writes = writes
        self.limits = limits
        self.clock = clock
        self.decoderTrial = decoderTrial
    }

    /// Runs the checks one after the other, and returns their results. The commands of the results can be run in their
    /// order. When there are no credentials, the checks of AWS are left out.
    package func findings() async -> [CheckFinding] {
        let machine = MachineChecks(settings: settings, limits: limits, decoderTrial: decoderTrial)
        let identity = await identity()
        var found = machine.findings() + [identity]
        guard identity.result == .ok else { return found }
        let commands = AWSCommandLine(region: session.region.name, endpoints: settings.aws.endpoints)
        let (queueFindings, attributes) = await QueueChecks(
            session: session, settings: settings, commands: commands
        ).findings()
        found += queueFindings
        if let attributes {
            found += await SourceChecks(
                session: session, settings: settings, commands: commands, buckets: sources, queue: attributes
            ).findings()
        }
        found += await OutputChecks(
            session: session, settings: settings, commands: commands, writes: writes
        ).findings()
        return found + [MachineChecks.clock(clock)]
    }

    private func identity() async -> CheckFinding {
        do {
            let credentials = try await session.credentials.credentials()
            var text = "access key \(credentials.signing.accessKeyID), region \(session.region.name)"
            if let expiration = credentials.expiration {
                text += ", expires at \(CivilTime(secondsSinceEpoch: Int(expiration)).rfc3339)"
            }
            return .ok(.identity, text)
        } catch {
            return .failure(
                .identityRefused, error.description, because: "no request to AWS can be signed",
                remedy: "Give the service credentials (README.md, On AWS).", exit: ExitReason(error.kind))
        }
    }
}
