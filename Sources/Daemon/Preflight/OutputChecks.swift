// SPDX-License-Identifier: Apache-2.0

import AWS
import Pixelation
import Settings
import Support
import Worker

/// The checks of the buckets that the service writes to.
struct OutputChecks {
    let session: AWSSession
    let settings: Configuration
    let commands: AWSCommandLine
    /// True to store an object in the output bucket and to delete it.
    let writes: Bool

    /// The part of the prefix of outputs before the placeholder `{bucket}`, which has no value here.
    private var prefix: String { String(settings.worker.output.prefix.prefix { $0 != "{" }) }

    private var client: S3Client { session.s3(outputBucket: settings.worker.output.bucket) }

    func findings() async -> [CheckFinding] {
        var found: [CheckFinding] = []
        if let location = settings.queue.quarantineLocation {
            let access = await access(
                location.bucket, location.prefix, ok: .quarantine, failed: .quarantineInaccessible,
                setting: "queue.quarantinePrefix")
            found.append(access)
        }
        let output = settings.worker.output
        let access = await access(
            output.bucket, prefix, ok: .output, failed: .outputInaccessible, setting: "output.bucket")
        found.append(access)
        guard access.result == .ok else { return found }
        if output.conditionalWrites { found.append(await conditionalWrites()) }
        if let finding = await acl() { found.append(finding) }
        found.append(await versions())
        if writes { found.append(await probe()) }
        return found
    }

    /// Checks the read access to a bucket by a request for an object that does not exist. The error `NoSuchKey` proves
    /// that the bucket exists and that the credentials allow listing it.
    ///
    /// The request is GET and not HEAD, although both need the same permission. A response to HEAD has no body that
    /// distinguishes an invalid access key from a missing permission, or a missing bucket from a missing object.
    private func access(
        _ bucket: String, _ prefix: String, ok: CheckFinding.Code, failed: CheckFinding.Code, setting: String
    ) async -> CheckFinding {
        let probe = ObjectReference(bucket: bucket, key: prefix + "pixelated-check")
        do {
            _ = try await session.s3(outputBucket: bucket).get(probe, maximumBytes: 0)
        } catch  where error.kind != .noSuchKey && error.kind != .tooLarge {
            return .failure(
                failed, error.description, because: "the service cannot look for existing objects there",
                remedy: error.accessRemedy(setting),
                exit: ExitReason(error.kind))
        } catch {}
        return .ok(ok, "s3://\(bucket) accessible")
    }

    /// Checks the permission to upload outputs, and the support of the store for conditional uploads, by an upload that
    /// can store nothing.
    private func conditionalWrites() async -> CheckFinding {
        let bucket = settings.worker.output.bucket
        do {
            try await client.checkConditions(
                on: ObjectReference(bucket: bucket, key: prefix + "pixelated-check"))
        } catch {
            return .failure(
                .conditionalWritesRefused, error.description, because: "no output can be stored",
                remedy: error.kind == .conditionsUnsupported
                    ? "Set output.conditionalWrites to false."
                    : "Allow the action to the identity of the service.",
                settings: error.kind == .conditionsUnsupported ? ["output.conditionalWrites": "false"] : [:],
                exit: ExitReason(error.kind))
        }
        return .ok(
            .conditionalWrites,
            "s3://\(bucket) does not refuse the condition If-Match; If-None-Match is not tested")
    }

    /// Checks whether the bucket accepts the ACL of the outputs; nil when it needs none.
    private func acl() async -> CheckFinding? {
        let bucket = settings.worker.output.bucket
        guard let acl = settings.put.acl, acl != .bucketOwnerFullControl else { return nil }
        let reason = "a bucket without ACLs refuses each upload that has one"
        do {
            guard try await client.ownership(of: bucket) == .bucketOwnerEnforced else {
                return .ok(.outputACL, "s3://\(bucket) accepts ACLs")
            }
        } catch {
            return .unknown(
                .outputACL, error.description, because: reason,
                remedy:
                    "Allow s3:GetBucketOwnershipControls (deploy/iam-policy-check.json), run the check with "
                    + "--write, or ask an administrator of s3://\(bucket) for the answer of:",
                commands: [commands.s3("get-bucket-ownership-controls", bucket)])
        }
        return .failure(
            .outputACLRefused, "output.acl is \(acl.rawValue), and s3://\(bucket) has no ACLs",
            because: reason,
            remedy: "Set output.acl to null and use a bucket policy, or enable the ACLs of the bucket.",
            commands: [
                commands.s3(
                    "put-bucket-ownership-controls", bucket,
                    ["--ownership-controls", #"{"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}"#])
            ])
    }

    /// Checks whether the bucket deletes the versions of outputs that have been replaced.
    private func versions() async -> CheckFinding {
        let bucket = settings.worker.output.bucket
        let reason = "each output that is made again leaves a version behind, which is charged for"
        func unknown(_ error: AWSError, _ action: String, _ operation: String) -> CheckFinding {
            .unknown(
                .versioning, error.description, because: reason,
                remedy:
                    "Allow \(action) (deploy/iam-policy-check.json), or ask an administrator of s3://\(bucket) for "
                    + "the answer of:", commands: [commands.s3(operation, bucket)])
        }
        do {
            guard try await client.versioning(of: bucket) == .enabled else {
                return .ok(.versioning, "s3://\(bucket) makes no versions")
            }
        } catch { return unknown(error, "s3:GetBucketVersioning", "get-bucket-versioning") }
        let rules: LifecycleRules
        do { rules = try await client.lifecycle(of: bucket) } catch {
            return unknown(error, "s3:GetLifecycleConfiguration", "get-bucket-lifecycle-configuration")
        }
        guard !rules.expireNoncurrentVersions(under: prefix) else {
            return .ok(.versioning, "s3://\(bucket) makes versions, and deletes those that are not current")
        }
        let rule = JSONValue.object([
            .init("ID", .string("pixelated-noncurrent-versions")),
            .init("Filter", .object([.init("Prefix", .string(prefix))])), .init("Status", .string("Enabled")),
            .init("NoncurrentVersionExpiration", .object([.init("NoncurrentDays", .number("30"))])),
        ])
        let all = (rules.rules.map(\.json) + [rule.compact]).joined(separator: ", ")
        return .warning(
            .versionsKept,
            "s3://\(bucket) makes versions, and no lifecycle rule deletes those that are not current",
            because: reason, remedy: "Add a lifecycle rule with NoncurrentVersionExpiration.",
            commands: [
                commands.s3(
                    "put-bucket-lifecycle-configuration", bucket,
                    ["--lifecycle-configuration", #"{"Rules": [\#(all)]}"#])
            ])
    }

    // MARK: The probe

    /// Stores an object with the options of outputs and deletes it. Its key is that of an output, so that it is never
    /// taken for a source.
    private func probe() async -> CheckFinding {
        let output = settings.worker.output
        let name = "pixelated-check-\(UInt64.random(in: .min ... .max))"
        let key = Naming(namePrefix: output.namePrefix).name(for: name, size: 8, ending: nil)
        var object = ObjectReference(bucket: output.bucket, key: prefix + key)
        var options = settings.put
        options.contentType = "text/plain"
        options.ifNoneMatch = output.conditionalWrites
        // The tags of sources are known only then.
        if output.copyTags, options.tags.isEmpty { options.tags["pixelated-check"] = "probe" }
        do {
            let receipt = try await client.put(
                Array("This object is a test of pixelated check, which deletes it.\n".utf8), to: object,
                options: options)
            object.versionID = receipt.versionID
        } catch { return refused(error) }
        let stored = "an object with the options of outputs was stored"
        do {
            try await client.delete(object)
            return .ok(.probe, "\(stored) and deleted")
        } catch {
            let left = object
            var text = "\(stored), and \(left) is left: \(error.description)"
            // The deletion of a version needs a permission of its own.
            if object.versionID != nil {
                object.versionID = nil
                if (try? await client.delete(object)) != nil {
                    text = "\(stored); it has a delete marker, and \(left) is left: \(error.description)"
                }
            }
            return .warning(
                .probeLeft, text, because: "the object is charged for",
                remedy: "Delete the object with an identity that may.",
                commands: [
                    commands.s3(
                        "delete-object", left.bucket,
                        ["--key", left.key] + (left.versionID.map { ["--version-id", $0] } ?? []))
                ])
        }
    }

    private func refused(_ error: AWSError) -> CheckFinding {
        let remedy =
            switch error.kind {
            case .accessDenied:
                "Allow s3:PutObject to the identity of the service, s3:PutObjectTagging with output.tags or "
                    + "output.copyTags, and s3:PutObjectAcl with output.acl; and kms:GenerateDataKey with "
                    + "output.kmsKeyID."
            case .kms: "Enable the key, or correct output.kmsKeyID."
            default: "Correct the setting in output that the error names."
            }
        return .failure(
            .probeRefused, error.description, because: "no output can be stored", remedy: remedy,
            exit: ExitReason(error.kind))
    }
}
