// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The source of credentials that reads the credentials endpoint of a container in ECS, Fargate or EKS Pod Identity
/// (AWS SDKs and Tools Reference Guide, "Container credential provider").
struct ContainerSource: CredentialSource {
    let client: MetadataTransport
    let host: HostEnvironment

    let name = "container"

    /// Returns true when the environment variables contain a container credentials endpoint.
    static func isConfigured(_ host: HostEnvironment) -> Bool {
        host.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") != nil
            || host.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") != nil
    }

    func fetch() async throws(AWSError) -> Credentials {
        let url = try url()
        var headers: Headers = ["Accept": "application/json"]
        let authorization = try authorization()
        headers["Authorization"] = authorization
        let response: Response
        do { response = try await client.send(.get, url, headers: headers) } catch {
            throw failure(error.description)
        }
        let secrets = Redaction([]).adding([authorization])
        switch (response.status, MetadataCredentials.read(response.body, from: .service, hiding: secrets)) {
        case (200, .success(let credentials)): return credentials
        case (200, .failure(let problem)): throw failure(problem.text)
        case (let status, _): throw failure("\(url.authority) returned status \(status)")
        }
    }

    private func url() throws(AWSError) -> URL {
        // The relative URI wins when both are set, as in the AWS SDKs.
        if let path = host.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            guard path.hasPrefix("/"), let url = URL("http://169.254.170.2\(path)") else {
                throw failure("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be a path that starts with /")
            }
            return url
        }
        guard let url = host.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI").flatMap({ URL($0) })
        else {
            throw failure("AWS_CONTAINER_CREDENTIALS_FULL_URI must be an http or https URL")
        }
        guard !PlainHTTP.leaves(container: url) else {
            throw failure("AWS_CONTAINER_CREDENTIALS_FULL_URI must be https for the host \(url.host)")
        }
        return url
    }

    /// Returns the value of the `Authorization` header: the content of the token file, or else the token in the
    /// environment variable; nil when neither is configured. The file is read each time, because the platform replaces
    /// it.
    private func authorization() throws(AWSError) -> String? {
        var token = host.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        if let file = host.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
            guard var text = host.read(file, limit: 1 << 16), !text.isEmpty else {
                throw failure("the token file \(file) cannot be read or is empty")
            }
            if text.hasSuffix("\n") { text.removeLast() }
            token = text
        }
        guard let token else { return nil }
        guard token.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw failure("the authorization token contains a line break or a control character")
        }
        return token
    }
}
