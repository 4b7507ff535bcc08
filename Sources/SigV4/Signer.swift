// SPDX-License-Identifier: Apache-2.0

package import HTTP
package import Support

/// A signer of requests to one service in one region, with Signature Version 4 in the `Authorization` header.
package struct Signer: Sendable {
    /// The AWS region, such as `eu-central-1`.
    package var region: String
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
        signed.headers["X-Amz-Security-Token"] = credentials.sessionToken?.revealed
        if sendsPayloadHash { signed.headers["X-Amz-Content-Sha256"] = payload.text }
        let canonical = CanonicalRequest(signed, payload: payload, path: pathRule)
        let key =
            keys?.key(credentials.secretAccessKey, scope: scope)
            ?? SigningKey(credentials.secretAccessKey, scope: scope)
        let signature = key.sign(StringToSign(canonical, scope: scope))
        signed.headers["Authorization"] =
            "\(StringToSign.algorithm) Credential=\(credentials.accessKeyID)/\(scope), "
            + "SignedHeaders=\(canonical.signedHeaders), Signature=\(signature)"
        return signed
    }
}
