// SPDX-License-Identifier: Apache-2.0

import AWS
import Gzip
import Support

/// The reader of the rows of an inventory file: CSV (RFC 4180) in gzip, with keys in percent encoding.
struct InventoryRows {
    private let name: String
    private let columns: InventoryManifest.Columns
    private let reader: GzipReader
    /// Decompressed bytes that are not read yet, from `position` on.
    private var bytes: [UInt8] = []
    private var position = 0
    /// The number of the row that was read last, from 1.
    private var row = 0

    /// The number of bytes that are decompressed at once.
    private static let piece = 1 << 16
    /// The maximum length of a row in bytes: a key of 1024 bytes in percent encoding, and all optional columns.
    private static let maximumRow = 1 << 14

    /// Makes the reader of a file.
    ///
    /// - Parameter name: the name of the file in errors.
    /// - Throws: `AuditError` of the kind `.inventory`.
    init(_ file: [UInt8], _ columns: InventoryManifest.Columns, name: String) throws(AuditError) {
        self.name = name
        self.columns = columns
        do { reader = try GzipReader(file) } catch { throw Self.error(name, error) }
    }

    /// Returns the bucket and the object of the next row that is the current version of an object; nil at the end.
    ///
    /// - Throws: `AuditError` of the kind `.inventory`.
    mutating func next() throws(AuditError) -> (bucket: String, object: ListedObject)? {
        while let fields = try fields() {
            row += 1
            guard fields.count == columns.count else {
                throw error("row \(row) has \(fields.count) columns, and the manifest \(columns.count)")
            }
            func field(_ index: Int?) -> String? {
                index.map { String(decoding: fields[$0], as: UTF8.self) }.flatMap { $0.isEmpty ? nil : $0 }
            }
            if field(columns.isLatest) == "false" || field(columns.isDeleteMarker) == "true" { continue }
            guard let key = field(columns.key)?.percentDecoded(plusIsSpace: true), !key.isEmpty else {
                throw error("the key of row \(row) is not in percent encoding")
            }
            let object = ListedObject(
                key: key, eTag: field(columns.eTag).map(ETag.unquoted),
                size: field(columns.size).flatMap(Int.init),
                modified: field(columns.modified).flatMap(HTTPDate.parseExtended))
            return (field(columns.bucket) ?? "", object)
        }
        return nil
    }

    /// Returns the fields of the next line that is not empty; nil at the end of the file.
    private mutating func fields() throws(AuditError) -> [[UInt8]]? {
        var fields: [[UInt8]] = []
        var field: [UInt8] = []
        var (isQuoted, wasQuoted, length) = (false, false, 0)
        while let byte = try byte() {
            length += 1
            guard length <= Self.maximumRow else {
                throw error("row \(row + 1) is longer than \(Self.maximumRow) bytes")
            }
            switch byte {
            case UInt8(ascii: "\""):
                // Two quotation marks within a quoted field are one.
                if !isQuoted, wasQuoted { field.append(byte) }
                isQuoted.toggle()
                wasQuoted = !isQuoted
                continue
            case UInt8(ascii: ",") where !isQuoted:
                fields.append(field)
                field = []
            case UInt8(ascii: "\n") where !isQuoted:
                if field.last == UInt8(ascii: "\r") { field.removeLast() }
                if fields.isEmpty, field.isEmpty { continue }
                return fields + [field]
            default: field.append(byte)
            }
            wasQuoted = false
        }
        return fields.isEmpty && field.isEmpty ? nil : fields + [field]
    }

    private mutating func byte() throws(AuditError) -> UInt8? {
        if position == bytes.count {
            do { bytes = try reader.read(Self.piece) } catch { throw Self.error(name, error) }
            position = 0
            if bytes.isEmpty { return nil }
        }
        position += 1
        return bytes[position - 1]
    }

    private func error(_ problem: String) -> AuditError {
        AuditError(.inventory, "the inventory file \(name) cannot be read: \(problem)")
    }

    private static func error(_ name: String, _ failure: GzipReader.Failure) -> AuditError {
        AuditError(.inventory, "the inventory file \(name) cannot be read: gzip: \(failure.rawValue)")
    }
}
