// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The metadata service of an EC2 instance, version 2 only: version 1 answers anybody who can make this
/// process fetch a URL.
struct InstanceSource: CredentialSource {
    let client: MetadataClient
    let surroundings: HostEnvironment

    let name = "instance metadata"
    let isStaticallyStable = true

    private static let folder = "/latest/meta-data/iam/security-credentials/"

    init(transport: any Transport, surroundings: HostEnvironment) {
        let named = surroundings.variable("AWS_METADATA_SERVICE_TIMEOUT").flatMap(Double.init)
        let seconds = named.flatMap { $0.isFinite && $0 > 0 ? $0 : nil } ?? 1
        let attempts = surroundings.variable("AWS_METADATA_SERVICE_NUM_ATTEMPTS").flatMap(Int.init) ?? 3
        client = MetadataClient(
            transport: transport, clock: surroundings.clock,
            timeout: .seconds(min(max(seconds, 0.05), 60)), attempts: min(max(attempts, 1), 10))
        self.surroundings = surroundings
    }

    static func isDisabled(_ surroundings: HostEnvironment) -> Bool {
        surroundings.variable("AWS_EC2_METADATA_DISABLED")?.lowercased() == "true"
    }

    func fetch() async throws(AWSError) -> Credentials {
        let role: String
        var token = try await newToken()
        if let named = surroundings.variable("AWS_EC2_INSTANCE_PROFILE_NAME") {
            role = named
        } else {
            let list = try await get(Self.folder, &token)
            guard let first = list.split(whereSeparator: \.isNewline).first, !first.isEmpty else {
                throw failure("no role is attached to this instance")
            }
            role = String(first)
        }
        let text = try await get(Self.folder + PercentEncoding.encode(role), &token)
        switch MetadataCredentials.read(
            Array(text.utf8), from: .service, hiding: Redaction([]).adding([token]))
        {
        case .success(let credentials): return credentials
        case .failure(let problem): throw failure(problem.text)
        }
    }

    /// The region in which this instance runs.
    func region() async throws(AWSError) -> Region {
        var token = try await newToken()
        let text = try await get("/latest/meta-data/placement/region", &token)
        guard let region = Region(text) else { throw failure("the answer is no region") }
        return region
    }

    /// The text at `path`. A token that is refused is renewed once.
    private func get(_ path: String, _ token: inout String) async throws(AWSError) -> String {
        guard let text = try await find(path, &token) else {
            throw failure(
                path == Self.folder
                    ? "no role is attached to this instance" : "\(path) was answered with status 404")
        }
        return text
    }

    /// The text at `path`, or nil when there is none.
    func find(_ path: String, _ token: inout String) async throws(AWSError) -> String? {
        for isLast in [false, true] {
            let response = try await send(.get, path, ["X-aws-ec2-metadata-token": token])
            switch response.status {
            case 200:
                guard let text = String(validating: response.body, as: UTF8.self) else {
                    throw failure("\(path) is no text")
                }
                return text
            case 401 where !isLast: token = try await newToken()
            case 404: return nil
            default: throw failure("\(path) was answered with status \(response.status)")
            }
        }
        throw failure("the token was refused")
    }

    func newToken() async throws(AWSError) -> String {
        let url = try url("/latest/api/token")
        let response: Response
        do {
            response = try await client.send(
                .put, url, headers: ["X-aws-ec2-metadata-token-ttl-seconds": "21600"])
        } catch {
            // The answer to this request does not travel further than the hop limit, so it just never comes.
            let hint =
                error.isTimeout
                ? "; in a container the instance's metadata hop limit must be 2 or more" : ""
            throw failure("the token request failed: \(error)\(hint)")
        }
        guard response.status == 200 else {
            let meaning =
                response.status == 403 ? "the service is switched off" : "version 2 is not available"
            throw failure("the token request was answered with status \(response.status): \(meaning)")
        }
        guard let token = String(validating: response.body, as: UTF8.self), !token.isEmpty,
            token.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw failure("the answer to the token request is no token") }
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
        if surroundings.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")?.lowercased() == "ipv6" {
            base = "http://[fd00:ec2::254]"
        }
        if let named = surroundings.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") { base = named }
        guard var url = URL(base) else {
            throw failure("AWS_EC2_METADATA_SERVICE_ENDPOINT must be an http or https URL")
        }
        url.path = (url.path.hasSuffix("/") ? String(url.path.dropLast()) : url.path) + path
        return url
    }
}
