// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The source of credentials that reads those of an EC2 instance's role from the instance metadata service (IMDS).
///
/// Only IMDS version 2 is used. Version 1 answers plain GET requests, even those of an attacker who can make this
/// process fetch a URL (Amazon EC2 User Guide, "Use IMDSv2").
struct InstanceSource: CredentialSource {
    let client: MetadataTransport
    let host: HostEnvironment

    let name = "instance metadata"
    let isStaticallyStable = true

    private static let folder = "/latest/meta-data/iam/security-credentials/"

    init(transport: any Transport, host: HostEnvironment) {
        let named = host.variable("AWS_METADATA_SERVICE_TIMEOUT").flatMap(Double.init)
        let seconds = named.flatMap { $0.isFinite && $0 > 0 ? $0 : nil } ?? 1
        let attempts = host.variable("AWS_METADATA_SERVICE_NUM_ATTEMPTS").flatMap(Int.init) ?? 3
        client = MetadataTransport(
            transport: transport, clock: host.clock,
            timeout: .seconds(min(max(seconds, 0.05), 60)), attempts: min(max(attempts, 1), 10))
        self.host = host
    }

    static func isDisabled(_ host: HostEnvironment) -> Bool {
        host.variable("AWS_EC2_METADATA_DISABLED")?.lowercased() == "true"
    }

    func fetch() async throws(AWSError) -> Credentials {
        let base = try url("")
        guard !PlainHTTP.leaves(instance: base) else {
            throw failure("AWS_EC2_METADATA_SERVICE_ENDPOINT must be https for the host \(base.host)")
        }
        let role: String
        var token = try await newToken()
        if let named = host.variable("AWS_EC2_INSTANCE_PROFILE_NAME") {
            role = named
        } else {
            let list = try await get(Self.folder, &token)
            guard let first = list.split(whereSeparator: \.isNewline).first(where: { !Self.isBlank($0) })
            else {
                throw failure("no role is attached to this instance")
            }
            role = String(first.reversed().drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace))
        }
        let text = try await get(Self.folder + Self.encoded(role), &token)
        switch MetadataCredentials.read(
            Array(text.utf8), from: .service, hiding: Redaction([]).adding([token]))
        {
        case .success(let credentials): return credentials
        case .failure(let problem): throw failure(problem.text)
        }
    }

    private static func isBlank(_ line: Substring) -> Bool { line.allSatisfy(\.isWhitespace) }

    /// Returns the name of a role as a segment of a path. The characters `+=,@` that names can contain remain as they
    /// are (RFC 3986, 3.3), as in requests of other SDKs.
    private static func encoded(_ role: String) -> String {
        role.map { "+=,@".contains($0) ? String($0) : PercentEncoding.encode(String($0)) }.joined()
    }

    /// Reads the region of the instance from the metadata service.
    func region() async throws(AWSError) -> Region {
        var token = try await newToken()
        let text = try await get("/latest/meta-data/placement/region", &token)
        guard let region = Region(text) else { throw failure("the response is not the name of a region") }
        return region
    }

    /// Reads the text at `path` of the metadata service. When the session token is refused, a new one is requested once
    /// and stored in `token`.
    private func get(_ path: String, _ token: inout String) async throws(AWSError) -> String {
        guard let text = try await find(path, &token) else {
            throw failure(
                path == Self.folder
                    ? "no role is attached to this instance" : "\(path) returned status 404")
        }
        return text
    }

    /// Reads the text at `path` of the metadata service, or returns nil for status 404. When the session token is
    /// refused, a new one is requested once and stored in `token`.
    func find(_ path: String, _ token: inout String) async throws(AWSError) -> String? {
        for isLast in [false, true] {
            let response = try await send(.get, path, ["X-aws-ec2-metadata-token": token])
            switch response.status {
            case 200:
                guard let text = String(validating: response.body, as: UTF8.self) else {
                    throw failure("\(path) is not UTF-8 text")
                }
                return text
            case 401 where !isLast: token = try await newToken()
            case 404: return nil
            default: throw failure("\(path) returned status \(response.status)")
            }
        }
        throw failure("the token was refused")
    }

    /// Requests and returns a session token of IMDSv2 with a lifetime of 6 hours, the maximum.
    func newToken() async throws(AWSError) -> String {
        let url = try url("/latest/api/token")
        let response: Response
        do {
            response = try await client.send(
                .put, url, headers: ["X-aws-ec2-metadata-token-ttl-seconds": "21600"])
        } catch {
            // The hop limit of the instance bounds the TTL of this response: with 1 it does not reach a container.
            let advice =
                error.isTimeout
                ? "; in a container the instance's metadata hop limit must be 2 or more" : ""
            throw failure("the token request failed: \(error)\(advice)")
        }
        guard response.status == 200 else {
            let meaning =
                response.status == 403 ? "the service is switched off" : "version 2 is not available"
            throw failure("the token request returned status \(response.status): \(meaning)")
        }
        guard let token = String(validating: response.body, as: UTF8.self), !token.isEmpty,
            token.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw failure("the response to the token request is not a token") }
        return token
    }

    private func send(
        _ method: Request.Method, _ path: String, _ headers: Headers
    ) async throws(AWSError) -> Response {
        let url = try url(path)
        do { return try await client.send(method, url, headers: headers) } catch {
            throw failure(error.description)
        }
    }

    private func url(_ path: String) throws(AWSError) -> URL {
        var base = "http://169.254.169.254"
        if host.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")?.lowercased() == "ipv6" {
            base = "http://[fd00:ec2::254]"
        }
        if let named = host.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") { base = named }
        guard var url = URL(base) else {
            throw failure("AWS_EC2_METADATA_SERVICE_ENDPOINT must be an http or https URL")
        }
        url.path = (url.path.hasSuffix("/") ? String(url.path.dropLast()) : url.path) + path
        return url
    }
}
