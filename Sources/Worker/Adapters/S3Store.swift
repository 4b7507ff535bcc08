// SPDX-License-Identifier: Apache-2.0

package import AWS

/// S3 as the worker's object store.
package struct S3Store: ObjectStore {
    private let client: S3Client
    private let putOptions: PutOptions

    /// `putOptions` are those of every output; type, metadata and conditions are set for each.
    package init(_ client: S3Client, putOptions: PutOptions = PutOptions()) {
        self.client = client
        self.putOptions = putOptions
    }

    package func get(_ object: ObjectName, maximumBytes: Int) async throws -> SourceObject {
        do {
            let found = try await client.get(ObjectReference(object), maximumBytes: maximumBytes)
            return SourceObject(
                bytes: found.bytes, eTag: Self.bare(found.head.eTag), versionID: found.head.versionID,
                requestID: found.head.requestID)
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
