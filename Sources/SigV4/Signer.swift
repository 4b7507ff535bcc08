// SPDX-License-Identifier: Apache-2.0

package import HTTP
package import Support

/// A signer of requests to one service, with Signature Version 4 for one region or Version 4A for several in the
/// `Authorization` header.
package struct Signer: Sendable {
    /// The AWS region, such as `eu-central-1`; nil for the regions of `regionSet`.
    package var region: String?
    /// The regions in which a signature of Version 4A is valid, separated by commas, such as `*` for all; nil for a
    /// signature of Version 4.
    package var regionSet: String?
    /// The name of the service in the credential scope, such as `s3`.
    package var service: String
    /// The rule by which the path of a URL becomes the path of the canonical request.
    package var pathRule: CanonicalRequest.PathRule
    /// True to send the hash of the body as `X-Amz-Content-Sha256`, which S3 requires.
    package var sendsPayloadHash: Bool

    package init(
        region: String, service: String,
        pathRule: CanonicalRequest.PathRule = .normalizedAndEncodedTwice, sendsPayloadHash: Bool = false
    ) {
        self.region = region
        self.service = service
        self.pathRule = pathRule
        self.sendsPayloadHash = sendsPayloadHash
    }

    /// Returns a signer for S3, which signs the path as it is sent and adds the header `X-Amz-Content-Sha256`.
    package static func s3(region: String) -> Signer {
        Signer(region: region, service: "s3", pathRule: .asSent, sendsPayloadHash: true)
    }

    /// Returns a signer for S3 by Signature Version 4A, which multi-region access points need.
    package static func s3(regionSet: String) -> Signer {
        var signer = s3(region: "")
        (signer.region, signer.regionSet) = (nil, regionSet)
        return signer
    }

    /// Returns `request` with the headers `X-Amz-Date`, `X-Amz-Security-Token`, `X-Amz-Content-Sha256` and
    /// `Authorization`. Headers of an earlier signature are replaced, so that a retry can sign the same request again.
    ///
    /// - Parameters:
    ///   - payload: the hash of the body; nil to compute the hash.
    ///   - keys: the cache of signing keys; nil to derive the key.
    package func sign(
        _ request: Request, with credentials: SigningCredentials, at time: CivilTime,
        payload: PayloadHash? = nil, keys: SigningKeys? = nil
    ) -> Request {
        let payload = payload ?? PayloadHash(of: request.body)
        let scope = SigningScope(time: time, region: region, service: service)
        var signed = request
        signed.headers["Authorization"] = nil
        signed.headers["X-Amz-Date"] = scope.timestamp
        signed.headers["X-Amz-Region-Set"] = regionSet
        signed.headers["X-Amz-Security-Token"] = credentials.sessionToken?.revealed
        if sendsPayloadHash { signed.headers["X-Amz-Content-Sha256"] = payload.text }
        let canonical = CanonicalRequest(signed, payload: payload, path: pathRule)
        let string = StringToSign(canonical, scope: scope)
        let signature: String
        if region == nil {
            // A key that cannot be derived makes no signature, and the service refuses the request.
            let key =
                keys?.asymmetricKey(credentials)
                ?? AsymmetricSigningKey(credentials.secretAccessKey, accessKeyID: credentials.accessKeyID)
            signature = key?.sign(string) ?? ""
        } else {
            let key =
                keys?.key(credentials.secretAccessKey, scope: scope)
                ?? SigningKey(credentials.secretAccessKey, scope: scope)
            signature = key.sign(string)
        }
        signed.headers["Authorization"] =
            "\(scope.algorithm) Credential=\(credentials.accessKeyID)/\(scope), "
            + "SignedHeaders=\(canonical.signedHeaders), Signature=\(signature)"
        return signed
    }
}
