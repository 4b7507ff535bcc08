// SPDX-License-Identifier: Apache-2.0

package import AWS
package import Settings
import SigV4
import Worker

/// Asks AWS about everything that the service will need, one thing after the other, without changing anything.
package struct Preflight: Sendable {
    package struct Finding: Sendable, Equatable {
        /// `identity`, `queue`, `output` ...
        package var subject: String
        /// One sentence.
        package var text: String
        /// Nil when it is well.
        package var failure: ExitReason?
    }

    private let session: AWSSession
    private let settings: Configuration

    package init(session: AWSSession, settings: Configuration) {
        self.session = session
        self.settings = settings
    }

    package func findings() async -> [Finding] {
        var out = [await identity()]
        guard out[0].failure == nil else { return out }
        out.append(await queue("queue", settings.queue.url))
        if let url = settings.queue.deadLetterURL { out.append(await queue("dead letters", url)) }
        if let place = settings.queue.quarantinePlace {
            out.append(await bucket("quarantine", place.bucket, place.prefix))
        }
        let output = settings.worker.output
        out.append(await bucket("output", output.bucket, output.prefix))
        return out
    }

    private func identity() async -> Finding {
        do {
            let credentials = try await session.credentials.credentials()
            var text = "access key \(credentials.signing.accessKeyID), region \(session.region.name)"
            if let expiration = credentials.expiration {
                text += ", expires at \(Int(expiration)) s since 1970"
            }
            return Finding(subject: "identity", text: text)
        } catch {
            return Finding(
                subject: "identity", text: error.description, failure: ExitReason(error.kind))
        }
    }

    private func queue(_ subject: String, _ url: String) async -> Finding {
        do {
            let attributes = try await session.sqs(queueURL: url).attributes()
            return Finding(subject: subject, text: "\(url) \(Self.summary(attributes))")
        } catch {
            return Finding(subject: subject, text: error.description, failure: ExitReason(error.kind))
        }
    }

    private static func summary(_ attributes: QueueAttributes) -> String {
        var parts: [String] = []
        if let waiting = attributes.approximateMessages { parts.append("\(waiting) waiting") }
        if let inFlight = attributes.approximateInFlight { parts.append("\(inFlight) in flight") }
        if let count = attributes.maxReceiveCount { parts.append("given up after \(count) receives") }
        return parts.isEmpty ? "answers" : "answers: " + parts.joined(separator: ", ")
    }

    /// A key that nobody uses: "no such key" says that the bucket is there and may be looked into.
    ///
    /// GET and not HEAD, although both need the same permission: answers to HEAD have no body, so wrong keys look
    /// like a missing permission there, and a missing bucket like a missing object.
    private func bucket(_ subject: String, _ bucket: String, _ prefix: String) async -> Finding {
        let probe = ObjectReference(bucket: bucket, key: prefix + "pixelated-check")
        do {
            _ = try await session.s3(outputBucket: bucket).get(probe, maximumBytes: 0)
        } catch  where error.kind != .noSuchKey && error.kind != .tooLarge {
            return Finding(subject: subject, text: error.description, failure: ExitReason(error.kind))
        } catch {}
        return Finding(subject: subject, text: "s3://\(bucket) answers")
    }
}
