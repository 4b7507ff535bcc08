// SPDX-License-Identifier: Apache-2.0

package import AWS
import Decoding
package import Pixelation
package import Settings
import SigV4
import Support
import Worker

/// The checks of the resources in AWS that the service needs: credentials, queues and buckets. They store nothing.
package struct Preflight: Sendable {
    /// The result of one check.
    package struct Finding: Sendable, Equatable {
        /// The subject of the check: `isolation`, `formats`, `identity`, `queue`, `dead-letter queue`, `quarantine`,
        /// `output` or `conditional writes`.
        package var subject: String
        /// The result of the check in one line.
        package var text: String
        /// The exit reason for the failure; nil when the check succeeded.
        package var failure: ExitReason?
    }

    private let session: AWSSession
    private let settings: Configuration
    private let decoderTrial: @Sendable (DecoderIsolation, PixelationOptions) -> Decoders.Trial

    /// Creates the checks.
    ///
    /// - Parameter decoderTrial: A function that starts one decoder and ends it.
    package init(
        session: AWSSession, settings: Configuration,
        decoderTrial: @escaping @Sendable (DecoderIsolation, PixelationOptions) -> Decoders.Trial =
            Decoders.trial
    ) {
        self.session = session
        self.settings = settings
        self.decoderTrial = decoderTrial
    }

    /// Runs the checks one after the other, and returns their results. When there are no credentials, the other checks
    /// are left out.
    package func findings() async -> [Finding] {
        let identity = await identity()
        var out = isolation() + [identity]
        guard identity.failure == nil else { return out }
        out.append(await queue("queue", settings.queue.url, setting: "queue.url"))
        if let url = settings.queue.deadLetterURL {
            out.append(await queue("dead-letter queue", url, setting: "queue.deadLetterURL"))
        }
        if let location = settings.queue.quarantineLocation {
            out.append(await bucket("quarantine", location.bucket, location.prefix))
        }
        let output = settings.worker.output
        // The placeholder {bucket} has no value here.
        let prefix = String(output.prefix.prefix { $0 != "{" })
        out.append(await bucket("output", output.bucket, prefix))
        if output.conditionalWrites, out.last?.failure == nil {
            out.append(await conditionalWrites(output.bucket, prefix))
        }
        return out
    }

    /// Checks the permission to upload outputs, and the support of the store for conditional uploads, by an upload that
    /// can store nothing.
    private func conditionalWrites(_ bucket: String, _ prefix: String) async -> Finding {
        let probe = ObjectReference(bucket: bucket, key: prefix + "pixelated-check")
        do {
            try await session.s3(outputBucket: bucket).checkConditions(on: probe)
        } catch {
            return Finding(
                subject: "conditional writes", text: error.description, failure: ExitReason(error.kind))
        }
        return Finding(
            subject: "conditional writes",
            text: "s3://\(bucket) does not refuse the condition If-Match; If-None-Match is not tested")
    }

    /// Checks whether a decoder can be started, and its sandbox. The system calls that the service's own sandbox
    /// refuses are known only there.
    private func isolation() -> [Finding] {
        guard settings.isolation != .off else {
            let finding = Finding(
                subject: "isolation",
                text: "off: pictures are decoded in the process that has the credentials")
            return [finding] + formats(OptionalLibraries.load())
        }
        let trial = decoderTrial(settings.isolation, settings.pixelation)
        if let failure = trial.failure {
            return [
                Finding(
                    subject: "isolation",
                    text: "no decoder can be started: \(failure); see pixelation.isolation",
                    failure: .configuration)
            ]
        }
        let finding = Finding(
            subject: "isolation",
            text: trial.missing.isEmpty
                ? "a decoder has started, with a complete sandbox"
                : "a decoder has started, and the kernel refuses \(trial.missing)")
        return [finding] + formats(trial.unreadable)
    }

    /// Checks whether the formats that the configuration lists can be decoded. A format of the default list may lack
    /// its library.
    private func formats(_ unreadable: [SourceFormat]) -> [Finding] {
        let listed = settings.pixelation.formats
        let isDefault = Set(listed) == Set(PixelationOptions().formats)
        return unreadable.filter(listed.contains).map { format in
            Finding(
                subject: "formats", text: "\(format.missingLibrary ?? ""); see pixelation.formats",
                failure: isDefault ? nil : .configuration)
        }
    }

    private func identity() async -> Finding {
        do {
            let credentials = try await session.credentials.credentials()
            var text = "access key \(credentials.signing.accessKeyID), region \(session.region.name)"
            if let expiration = credentials.expiration {
                text += ", expires at \(CivilTime(secondsSinceEpoch: Int(expiration)).rfc3339)"
            }
            return Finding(subject: "identity", text: text)
        } catch {
            return Finding(
                subject: "identity", text: error.description, failure: ExitReason(error.kind))
        }
    }

    private func queue(_ subject: String, _ url: String, setting: String) async -> Finding {
        do {
            let attributes = try await session.sqs(queueURL: url, setting: setting).attributes()
            return Finding(subject: subject, text: "\(url) \(Self.summary(attributes))")
        } catch {
            return Finding(subject: subject, text: error.description, failure: ExitReason(error.kind))
        }
    }

    private static func summary(_ attributes: QueueAttributes) -> String {
        var parts: [String] = []
        if let waiting = attributes.approximateMessages { parts.append("\(waiting) visible") }
        if let inFlight = attributes.approximateInFlight { parts.append("\(inFlight) in flight") }
        if let count = attributes.maxReceiveCount { parts.append("maxReceiveCount \(count)") }
        return parts.isEmpty ? "accessible" : "accessible: " + parts.joined(separator: ", ")
    }

    /// Checks the read access to a bucket by a request for an object that does not exist. The error `NoSuchKey` proves
    /// that the bucket exists and that the credentials allow listing it.
    ///
    /// The request is GET and not HEAD, although both need the same permission. A response to HEAD has no body that
    /// distinguishes an invalid access key from a missing permission, or a missing bucket from a missing object.
    private func bucket(_ subject: String, _ bucket: String, _ prefix: String) async -> Finding {
        let probe = ObjectReference(bucket: bucket, key: prefix + "pixelated-check")
        do {
            _ = try await session.s3(outputBucket: bucket).get(probe, maximumBytes: 0)
        } catch  where error.kind != .noSuchKey && error.kind != .tooLarge {
            return Finding(subject: subject, text: error.description, failure: ExitReason(error.kind))
        } catch {}
        return Finding(subject: subject, text: "s3://\(bucket) accessible")
    }
}
