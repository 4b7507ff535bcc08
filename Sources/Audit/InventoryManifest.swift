// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials

/// The manifest of an inventory of S3, which names the files with the list of objects (Amazon S3 User Guide, "Locating
/// your inventory list").
struct InventoryManifest: Sendable, Equatable {
    /// A file of the list: CSV that is compressed with gzip.
    struct File: Sendable, Equatable {
        var object: ObjectReference
        /// The compressed size in bytes.
        var size: Int
    }

    /// The columns of the list that an audit reads.
    struct Columns: Sendable, Equatable {
        /// The number of columns.
        var count: Int
        var bucket: Int
        var key: Int
        var eTag: Int?
        var size: Int?
        var modified: Int?
        var isLatest: Int?
        var isDeleteMarker: Int?
    }

    var files: [File]
    var columns: Columns

    private struct Document: Decodable {
        struct File: Decodable {
            var key: String
            var size: Int
        }

        var sourceBucket: String
        var fileFormat: String
        var fileSchema: String
        var files: [File]
    }

    /// Reads a manifest.
    ///
    /// - Parameters:
    ///   - json: the content of `manifest.json`.
    ///   - location: the place of the manifest. The files are in the same bucket.
    ///   - bucket: the bucket that the inventory must list.
    /// - Throws: `AuditError` of the kind `.inventory`.
    init(json: [UInt8], at location: ObjectReference, of bucket: String) throws(AuditError) {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(json)) else {
            throw AuditError(
                .inventory, "\(location) is not the manifest of an S3 inventory; name its manifest.json")
        }
        guard document.fileFormat == "CSV" else {
            throw AuditError(
                .inventory,
                "the inventory \(location) has the format \(document.fileFormat); configure one with the format CSV"
            )
        }
        guard document.sourceBucket == bucket else {
            throw AuditError(
                .inventory,
                "the inventory \(location) lists the bucket \(document.sourceBucket), not \(bucket); audit that bucket"
            )
        }
        let names = document.fileSchema.split(separator: ",").map { $0.filter { $0 != " " } }
        guard let bucketColumn = names.firstIndex(of: "Bucket"), let keyColumn = names.firstIndex(of: "Key")
        else {
            throw AuditError(.inventory, "the inventory \(location) has no columns Bucket and Key")
        }
        columns = Columns(
            count: names.count, bucket: bucketColumn, key: keyColumn, eTag: names.firstIndex(of: "ETag"),
            size: names.firstIndex(of: "Size"), modified: names.firstIndex(of: "LastModifiedDate"),
            isLatest: names.firstIndex(of: "IsLatest"), isDeleteMarker: names.firstIndex(of: "IsDeleteMarker")
        )
        files = document.files.map {
            File(object: ObjectReference(bucket: location.bucket, key: $0.key), size: $0.size)
        }
    }
}
