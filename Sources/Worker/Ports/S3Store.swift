// SPDX-License-Identifier: Apache-2.0

package import AWS

/// S3 as the worker's object store.
package struct S3Store: ObjectStore {
    private let client: S3Client
    private let putOptions: PutOptions
    private let copiesTags: Bool

    /// - Parameters:
    ///   - putOptions: those of every output; type, metadata and conditions are set for each.
    ///   - copiesTags: reads the tags of every source.
    package init(_ client: S3Client, putOptions: PutOptions = PutOptions(), copiesTags: Bool = false) {
        self.client = client
        self.putOptions = putOptions
        self.copiesTags = copiesTags
    }

    package func get(_ object: ObjectName, maximumBytes: Int) async throws -> SourceObject {
        do {
            let found = try await client.get(ObjectReference(object), maximumBytes: maximumBytes)
            // Of the version that has been read, where there are versions.
            let version = ObjectReference(
                bucket: object.bucket, key: object.key, versionID: found.head.versionID)
            return SourceObject(
                bytes: found.bytes, eTag: Self.bare(found.head.eTag), versionID: found.head.versionID,
                requestID: found.head.requestID, tags: copiesTags ? try await client.tags(of: version) : [:])
        } catch {
            throw WorkerError.thrown(for: error, side: .source)
        }
    }

    package func head(_ object: ObjectName) async throws -> ObjectFacts? {
        do {
            let head = try await client.head(ObjectReference(object))
            return ObjectFacts(
                eTag: Self.bare(head.eTag), versionID: head.versionID, metadata: head.metadata)
        } catch  where error.kind == .noSuchKey {
            return nil
        } catch {
            throw WorkerError.thrown(for: error, side: .source)
        }
    }

    package func put(_ output: OutputObject, if condition: PutCondition) async throws {
        var options = putOptions
        options.contentType = output.contentType
        options.metadata.merge(output.metadata) { _, ours in ours }
        options.tags = Self.tags(options.tags, beside: output.tags)
        switch condition {
        case .none: break
        case .absent: options.ifNoneMatch = true
        case .unchanged(let eTag): options.ifMatch = eTag
        }
        do {
            _ = try await client.put(output.bytes, to: ObjectReference(output.name), options: options)
        } catch  where error.kind == .noSuchKey && condition != .none {
            // If-Match on an object that has been deleted meanwhile is answered with 404.
            throw WorkerError(error, kind: .superseded)
        } catch {
            throw WorkerError.thrown(for: error, side: .output)
        }
    }

    /// S3 takes ten tags: the configured ones first, then the source's by name. AWS's own cannot be set.
    static func tags(_ ours: [String: String], beside theirs: [String: String]) -> [String: String] {
        var tags = ours
        for (name, value) in theirs.sorted(by: { $0.key < $1.key })
        where tags.count < 10 && tags[name] == nil && !name.hasPrefix("aws:") {
            tags[name] = value
        }
        return tags
    }

    /// Events carry ETags without quotation marks, and so do stamps.
    private static func bare(_ eTag: String?) -> String {
        guard let eTag else { return "" }
        return eTag.count > 1 && eTag.hasPrefix("\"") && eTag.hasSuffix("\"")
            ? String(eTag.dropFirst().dropLast()) : eTag
    }
}

extension ObjectReference {
    fileprivate init(_ name: ObjectName) { self.init(bucket: name.bucket, key: name.key) }
}
