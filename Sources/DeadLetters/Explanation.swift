// SPDX-License-Identifier: Apache-2.0

import Pixelation
import Worker

/// The meaning of a failure, and the way out.
package struct Explanation: Sendable, Equatable {
    /// The meaning in one sentence.
    package let meaning: String
    /// The steps of the operator.
    package let remedy: String

    private init(_ meaning: String, _ remedy: String) {
        self.meaning = meaning
        self.remedy = remedy
    }

    /// Makes the explanation of a failure. The failure of a later version of the program has a general one.
    package init(_ failure: Failure) {
        if failure == .unknown {
            self.init(
                "The redrive policy of the source queue moved the message here, without a reason: it was received "
                    + "maxReceiveCount times, and no receive ended it. The worker was killed each time, was never "
                    + "there for long enough, or could not tell the queue.",
                "Look in the logs of the worker for the event picture-suspect with this key as the last entry of a "
                    + "process, and there for the reason of its end, such as the OOM killer. \(Self.trial) If the "
                    + "worker has a quarantine, maxReceiveCount must not be below worker.maxReceives."
            )
        } else if let kind = WorkerError.Kind(rawValue: failure.error) {
            self = Self.explanation(of: kind, code: failure.code)
        } else {
            self.init(
                "The kind of failure is not known to this version of the program.",
                "Run the version that stored the record (the field version) or a later one.")
        }
    }

    private static let trial =
        "Run `pixelated dead-letters replay --would-succeed`, which downloads and pixelates the source without "
        + "storing anything, and replays the letter only if that succeeds."
    private static let replay = "Then replay the letter."

    private static func explanation(of kind: WorkerError.Kind, code: String) -> Explanation {
        switch kind {
        case .notUnderstood:
            Explanation(
                "The message is not an S3 event notification, or one in an unknown form.",
                "Look at the field that the reason names, and at the sender of the message. A message that is no "
                    + "notification can be deleted; after an upgrade that reads it, \(lowercased(replay))")
        case .notFound:
            Explanation(
                "The source did not exist when it was read.",
                "Nothing is to be done if it was deleted. If it has been uploaded again, \(lowercased(replay))"
            )
        case .accessDenied:
            Explanation(
                "The worker may not read the source, or the source does not exist and the worker may not list the "
                    + "bucket.",
                "Allow s3:GetObject on the source, s3:ListBucket on its bucket, and kms:Decrypt on its key; also look "
                    + "at the bucket policy. \(replay)")
        case .sourceBucketMissing:
            Explanation(
                "The bucket of the source does not exist.",
                "Correct the name, or create the bucket and upload the source. \(replay)")
        case .bucketNotAllowed:
            Explanation(
                "filter.buckets does not contain the bucket of the source.",
                "If its pictures are wanted, add the bucket to filter.buckets. \(replay) Otherwise find out who "
                    + "sends these messages.")
        case .superseded:
            Explanation(
                "The source or its outputs were changed during every round of the attempt.",
                "Find out what writes them all the time. The last change sent a message of its own, so that the "
                    + "outputs are probably current. \(replay)")
        case .archived:
            Explanation(
                "The source is in an archive storage class.",
                "Restore it (`aws s3api restore-object`). The end of the restore sends another event if the "
                    + "notification has s3:ObjectRestore:Completed; otherwise replay the letter after it.")
        case .tooLarge:
            Explanation(
                "The source exceeds a limit of the configuration.",
                "Raise \(setting(ofLimit: code)) within the memory of the machine, if such pictures are wanted, and "
                    + "reload the service. \(trial)")
        case .unsupported:
            unsupported(code)
        case .corrupt:
            Explanation(
                "The source is damaged or incomplete.",
                "Upload a complete file, which sends an event of its own. "
                    + (code == PixelationError.Kind.truncated.rawValue
                        ? "With pixelation.truncated set to accept, the part that is there is pixelated. "
                        : code == PixelationError.Kind.tooMuchDamage.rawValue
                            ? "A higher pixelation.limits.damagedPercent accepts more damage. " : "")
                    + "After an upgrade of the program, \(lowercased(trial))")
        case .hostile:
            Explanation(
                "The source would cost more work than any regular picture.",
                "Look at its origin. If it is a regular picture, raise \(setting(ofLimit: code)), reload the service, "
                    + "and replay the letter.")
        case .tooSlow:
            Explanation(
                "The pixelation took longer than its limit of time.",
                "If the machine was overloaded, replay the letter at another time. Otherwise raise "
                    + "pixelation.limits.seconds.")
        case .decoderCrashed, .decoderOutOfMemory, .decoderGarbage:
            Explanation(
                "The decoder of the source "
                    + (kind == .decoderCrashed
                        ? "crashed"
                        : kind == .decoderOutOfMemory ? "ran out of memory" : "gave no valid answer")
                    + " twice. The source is damaged or made for an attack, or the program or a library has a defect.",
                "Look at the origin of the source. Upgrade the program and the libraries of the distribution. \(trial)"
            )
        case .decoderUnavailable:
            Explanation(
                "No process for decoding could be started on the machine of the worker.",
                "Look at the event decoder-start-failed and run `pixelated check` there. \(replay)")
        case .outputDenied:
            Explanation(
                "The worker may not store the outputs or the quarantine record.",
                "Allow s3:PutObject on the output bucket and the use of its KMS key. \(replay)")
        case .outputBucketMissing:
            Explanation(
                "The bucket of the outputs or of the quarantine does not exist.",
                "Create it, or correct output.bucket. \(replay)")
        case .outputCollision:
            Explanation(
                "The outputs of a source in another bucket have the same names.",
                "Put {bucket} into output.prefix, or delete the outputs of the other source. \(replay)")
        case .throttled:
            Explanation(
                "S3, SQS or KMS limited the rate of the requests for this object.",
                "Replay the letter, if there are many of them with a low --rate.")
        case .timedOut, .unavailable:
            Explanation(
                "Requests for this object failed again and again, while those for others succeeded.",
                "Read the object by hand with the AWS CLI. If that works, replay the letter.")
        case .malformedResponse:
            Explanation(
                "The responses to requests for this object were not those of the store, or did not fit the object.",
                "Look at the proxies, load balancers and caches before the store, and read the object by hand. "
                    + replay)
        case .conditionsUnsupported:
            Explanation(
                "The store of the outputs refuses conditional uploads.",
                "Set output.conditionalWrites to false, or use another store. \(replay)")
        case .credentials:
            Explanation(
                "The credentials of the worker were missing, invalid or expired, or its clock was wrong.",
                "Run `pixelated check` with the environment of the worker. \(replay)")
        case .sourceEncryption:
            Explanation(
                "The KMS key of the source cannot be used.",
                "Enable the key that the reason names, and allow kms:Decrypt. \(replay)")
        case .encryption:
            Explanation(
                "The KMS key of the outputs, the quarantine or the queue cannot be used.",
                "Enable the key that the reason names, or correct output.kmsKeyID. \(replay)")
        case .queueMissing:
            Explanation(
                "The dead-letter queue of the worker did not exist.",
                "Correct queue.deadLetterURL. \(replay)")
        case .noResult:
            Explanation(
                "The message was received worker.maxReceives times without a result. The picture may have killed the "
                    + "worker each time, for example because of memory. The letter was stored before the last attempt.",
                "Look in the logs of the worker for this key. After the event letter-obsolete, delete the letter or "
                    + "replay it without effect. After picture-quarantined, its reason is the true one. If the last "
                    + "entry of a process is picture-quarantined-early, look for the reason of its end, such as the "
                    + "OOM killer, and give it more memory or lower worker.memoryBytes. \(trial)")
        case .other:
            Explanation(
                "The failure is none of the known kinds.",
                "Read the reason and its request id. \(trial)")
        }
    }

    private static func unsupported(_ code: String) -> Explanation {
        if code == PixelationError.Kind.notAnImage.rawValue {
            return Explanation(
                "The source is not a picture.",
                "Upload a picture, or exclude such keys with filter.exclude or in the notification of the bucket."
            )
        }
        if code == PixelationError.Kind.decoderMissing.rawValue {
            return Explanation(
                "The library that decodes this format was not installed on the machine of the worker.",
                "Install the package that the reason names. \(trial)")
        }
        if code == OutputPlan.tooLong {
            return Explanation(
                "The key of an output would be longer than the 1,024 bytes that S3 allows.",
                "Upload the source with a shorter key, or shorten output.prefix and output.namePrefix. \(replay)"
            )
        }
        return Explanation(
            "The source is a file that this version does not read: a format or a form of one that is not "
                + "supported, or a format that pixelation.formats excludes.",
            "Convert the source and upload it again, or add its format to pixelation.formats. After an upgrade, "
                + lowercased(trial))
    }

    /// Returns the name of the setting whose limit causes an error code, as in the text of the error.
    private static func setting(ofLimit code: String) -> String {
        switch PixelationError.Kind(rawValue: code) {
        case .tooManyPixels: "pixelation.limits.pixels"
        case .tooMuchMemory: "pixelation.limits.memoryBytes and worker.memoryBytes"
        case .tooManyScans: "pixelation.limits.scans or pixelation.limits.scanWork"
        case .tooManyFrames: "pixelation.limits.frames or pixelation.limits.scanWork"
        case .tooManyMarkers: "pixelation.limits.markers"
        default: "pixelation.limits.bytes"
        }
    }

    private static func lowercased(_ sentence: String) -> String {
        sentence.hasPrefix("Then ")
            ? String(sentence.dropFirst(5)) : sentence.prefix(1).lowercased() + sentence.dropFirst()
    }
}
