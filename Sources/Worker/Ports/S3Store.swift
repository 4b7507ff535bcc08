// SPDX-License-Identifier: Apache-2.0

package import AWS

/// The `ObjectStore` that stores objects in S3.
package struct S3Store: ObjectStore {
    private let client: S3Client
    private let putOptions: PutOptions

    /// Makes a store that uses an S3 client.
    ///
    /// - Parameter putOptions: The options of every put. The content type, metadata, tags and condition of an output
    ///   are added to them.
    package init(_ client: S3Client, putOptions: PutOptions = PutOptions()) {
        self.client = client
        self.putOptions = putOptions
    }

    package func get(
        _ object: ObjectReference, maximumBytes: Int, onNewConnection: Bool = false
    ) async throws -> S3Object {
        do {
            return try await client.get(
                object, maximumBytes: maximumBytes, onNewConnection: onNewConnection)
        } catch {
            throw WorkerError.thrown(for: error, side: .source)
        }
    }

    package func head(_ object: ObjectReference) async throws -> ObjectHead? {
        do {
            return try await client.head(object)
        } catch  where error.kind == .noSuchKey {
            return nil
        } catch {
            // Outputs too: their inspection is a read, and a refused one is `ExistingOutput.unknown`. With `.output` it
            // would count as a refused upload and open the circuit breaker.
            throw WorkerError.thrown(for: error, side: .metadata)
        }
    }

    package func tags(of object: ObjectReference) async throws -> [String: String] {
        do {
            return try await client.tags(of: object)
        } catch {
            throw WorkerError.thrown(for: error, side: .metadata)
        }
    }

    package func put(_ output: OutputObject, if condition: PutCondition) async throws {
        var options = putOptions
        options.contentType = output.contentType
        options.metadata.merge(output.metadata) { _, own in own }
        options.tags = Self.tags(options.tags, copied: output.tags)
        switch condition {
        case .none: break
        case .absent: options.ifNoneMatch = true
        case .unchanged(let eTag): options.ifMatch = eTag
        }
        do {
            _ = try await client.put(output.bytes, to: output.name, options: options)
        } catch  where error.kind == .noSuchKey && condition != .none {
            // S3 answers an If-Match on an object that has been deleted meanwhile with 404.
            throw WorkerError(error, kind: .superseded)
        } catch {
            throw WorkerError.thrown(for: error, side: .output)
        }
    }

    /// Returns the configured tags and, in the order of their names, as many of the copied tags as the limit of ten
    /// tags in S3 permits. Copied tags whose names begin with `aws:` are left out, because only AWS can set them.
    static func tags(_ configured: [String: String], copied: [String: String]) -> [String: String] {
        var tags = configured
        for (name, value) in copied.sorted(by: { $0.key < $1.key })
        where tags.count < 10 && tags[name] == nil && !name.hasPrefix("aws:") {
            tags[name] = value
        }
        return tags
    }
}
