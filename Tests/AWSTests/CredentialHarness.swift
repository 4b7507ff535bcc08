// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import Foundation
import HTTP
import Logging
import Scripted
import SigV4
import Testing

/// A session with any credential source, over real sockets unless a transport is given, and a virtual clock.
struct CredentialHarness {
    let clock = VirtualClock()
    let log = LogRecorder()
    let session: AWSSession

    init(
        _ environment: [String: String], kind: CredentialKind = .automatic,
        options: AWSOptions = AWSOptions(),
        transport: (any Transport)? = nil, logIdentity: Bool = false
    ) async throws {
        var options = options
        options.credentials = kind
        options.logIdentity = logIdentity
        var environment = environment
        environment["AWS_REGION"] = environment["AWS_REGION"] ?? "eu-west-1"
        // The developer's own files and instance must not be read.
        for name in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] where environment[name] == nil {
            environment[name] = "/nonexistent"
        }
        if environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] == nil {
            environment["AWS_EC2_METADATA_DISABLED"] = "true"
        }
        let host = HostEnvironment(
            environment: environment, homeDirectory: nil, clock: clock, random: { 0.5 })
        session = try await AWSSession(
            options, queueURL: nil, transport: try transport ?? CurlTransport(), host: host,
            logger: log.logger)
    }

    var accessKeyID: String {
        get async throws { try await session.credentials.credentials().signing.accessKeyID }
    }

    /// Waits until a refresh in the background has replaced the access key `old`, and returns the new one.
    func keys(otherThan old: String) async throws -> String {
        while true {
            let now = try await accessKeyID
            if now != old { return now }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
