// SPDX-License-Identifier: Apache-2.0

package import HTTP
package import Support

/// Signature Version 4 of one service, from request to request with an `Authorization` header.
package struct Signer: Sendable {
    package var region: String
    /// The signing name of the service, for example `s3`.
    package var service: String
    package var pathRule: CanonicalRequest.PathRule
    /// Sends the payload's hash as `x-amz-content-sha256`, which S3 demands.
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

    /// The rules of S3: the path as sent, and the payload's hash in a header.
    package static func s3(region: String) -> Signer {
        Signer(region: region, service: "s3", pathRule: .asSent, sendsPayloadHash: true)
    }

    /// `request` with the headers that authenticate it. Headers of an earlier signature are replaced, so a
    /// retry signs the same request anew.
    ///
    /// - Parameters:
    ///   - payload: the hash of the body, if it is known already.
    ///   - keys: keeps the signing keys from request to request.
    package func sign(
        _ request: Request, with credentials: SigningCredentials, at time: CivilTime,
        payload: PayloadHash? = nil, keys: SigningKeys? = nil
    ) -> Request {
        let payload = payload ?? PayloadHash(of: request.body)
        var signed = request
        signed.headers["Authorization"] = nil
        signed.headers["X-Amz-Date"] = time.basicFormat
        signed.headers["X-Amz-Security-Token"] = credentials.sessionToken?.revealed
        if sendsPayloadHash { signed.headers["X-Amz-Content-Sha256"] = payload.text }
        let scope = SigningScope(time: time, region: region, service: service)
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
