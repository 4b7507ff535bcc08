// SPDX-License-Identifier: Apache-2.0

import Digests
import FoundationEssentials
import HTTP
import Support

extension S3Client {
    /// The problem of a response that is not that of the store or does not fit the object.
    typealias ResponseProblem = (kind: AWSError.Kind, message: String)

    /// The comparison of bytes with the digests in the headers of a response.
    enum DigestCheck: Equatable {
        /// A checksum or the ETag is the digest of the bytes.
        case fits
        /// A checksum or the ETag is the digest of other bytes; the text describes both.
        case contradicts(String)
        /// The ETag has the form of an MD5 and is not that of the bytes, and the store has not shown the meaning of its
        /// ETags.
        case doubtful
        /// The response has no digest of the bytes.
        case absent
    }

    /// Returns the problem of a response of status 200...299 to a request for one object; nil for a response of the
    /// store. S3 answers these requests with the status 200 and the ETag of the object. Proxies answer with other
    /// statuses (203, 206, 202) or with pages of their own.
    func originProblem(_ response: Response, to method: Request.Method) -> ResponseProblem? {
        guard response.status == 200 else {
            return (.malformedResponse, "S3 does not answer with status \(response.status)")
        }
        guard let eTag = response.headers["etag"], !eTag.isEmpty else {
            return (.malformedResponse, "the response has no ETag, so it is not that of the store")
        }
        return requestIDProblem(response, to: method)
    }

    /// Returns the problem of a response of status 200...299 that lacks a request id, although earlier ones had one;
    /// nil for a response of the store, whose traits are then observed.
    func requestIDProblem(_ response: Response, to method: Request.Method) -> ResponseProblem? {
        guard !traits.lacksRequestID(response, to: method) else {
            return (
                .malformedResponse,
                "the response has no request id, unlike earlier ones, so it is not that of the store"
            )
        }
        traits.observe(response, to: method)
        return nil
    }

    /// Returns true when an error response is that of the store: it has an error document or a request id. A response
    /// to HEAD has no document. Without a request id it counts as that of the store when earlier ones had no id either
    /// and it does not announce an HTML page.
    @Sendable func isFromStore(_ response: Response, _ error: ServiceError, to method: Request.Method) -> Bool
    {
        if error.isFromService {
            traits.observe(response, to: method)
            return true
        }
        guard method == .head, !traits.lacksRequestID(response, to: method) else { return false }
        return response.headers["content-type"]?.lowercased().hasPrefix("text/html") != true
    }

    /// Returns the problem of the response to a download; nil when the length and the digests fit the body.
    func downloadProblem(_ response: Response, _ check: DigestCheck) -> ResponseProblem? {
        if let problem = originProblem(response, to: .get) { return problem }
        if let length = response.headers["content-length"].flatMap(Int.init), length != response.body.count {
            return (.malformedResponse, "received \(response.body.count) of \(length) bytes")
        }
        if case .contradicts(let text) = check { return (.checksumMismatch, text) }
        return nil
    }

    /// Compares bytes with the checksum in the headers of a response, or with the ETag when there is no checksum.
    ///
    /// Composite checksums of multipart uploads (`-N` at the end, or `x-amz-checksum-type: COMPOSITE`) are not
    /// compared, because they cover the checksums of the parts and not the bytes (Amazon S3 User Guide, "Checking
    /// object integrity"). Checksums of algorithms that are not in `checksums` are not compared either.
    ///
    /// - Parameter crc32c: The CRC-32C of the bytes as the value of a header; nil when it is not known yet.
    func check(
        _ bytes: [UInt8], crc32c: String? = nil, in bucket: String, against headers: Headers
    ) -> DigestCheck {
        if headers["x-amz-checksum-type"]?.uppercased() != "COMPOSITE" {
            for (name, compute) in Self.checksums {
                guard let expected = headers["x-amz-checksum-\(name)"], !expected.contains("-"),
                    let found = (name == "crc32c" ? crc32c : nil)
                        ?? compute(bytes).map({ Data($0).base64EncodedString() })
                else { continue }
                guard found == expected else {
                    return .contradicts("\(name) of the \(bytes.count) bytes is \(found), not \(expected)")
                }
                traits.observeProof(by: headers)
                return .fits
            }
        }
        guard let expected = Self.md5(in: headers), let digest = MD5.digest(bytes).map(Hex.encode) else {
            return .absent
        }
        if digest == expected {
            traits.observeDigestETag(in: bucket)
            traits.observeProof(by: headers)
            return .fits
        }
        switch traits.eTagMeaning(in: bucket) {
        case .digest:
            return .contradicts("the MD5 of the \(bytes.count) bytes is \(digest), not the ETag \(expected)")
        case .other: return .absent
        case .unknown: return .doubtful
        }
    }

    /// Returns the MD5 of an object, 32 lower-case hexadecimal digits, from its ETag; nil when the ETag is no MD5.
    ///
    /// The ETag of a multipart upload has a hyphen, and that of an object with SSE-KMS or SSE-C is another digest
    /// (Amazon S3 API Reference, "Object").
    static func md5(in headers: Headers) -> String? {
        let eTag = ETag.unquoted(headers["etag"] ?? "").lowercased()
        guard eTag.utf8.count == 32, eTag.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }),
            headers["x-amz-server-side-encryption"]?.hasPrefix("aws:") != true,
            headers["x-amz-server-side-encryption-customer-algorithm"] == nil
        else { return nil }
        return eTag
    }

    /// The supported checksum algorithms in the order of increasing cost. Only the first of them that is in the
    /// response is verified.
    private static let checksums: [(name: String, compute: @Sendable ([UInt8]) -> [UInt8]?)] = [
        ("crc32c", { bigEndian(CRC.crc32c($0)) }),
        ("crc32", { bigEndian(CRC.crc32($0)) }),
        ("crc64nvme", { bigEndian(CRC.crc64NVMe($0)) }),
        ("sha1", { SHA1.digest($0) }),
        ("sha256", { SHA256.digest($0) }),
    ]

    /// The name of the header with the CRC-32C of an object.
    static let crc32cName = "x-amz-checksum-crc32c"

    /// Returns the value of the header `crc32cName` for the upload of `bytes`.
    static func crc32cHeader(_ bytes: [UInt8]) -> String {
        Data(bigEndian(CRC.crc32c(bytes))).base64EncodedString()
    }

    private static func bigEndian<Word: FixedWidthInteger>(_ word: Word) -> [UInt8] {
        (0..<Word.bitWidth / 8).map { UInt8(truncatingIfNeeded: word >> (Word.bitWidth - 8 - $0 * 8)) }
    }
}
