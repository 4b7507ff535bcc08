// SPDX-License-Identifier: Apache-2.0

package import AWS
package import HTTP
package import Logging
package import Settings

extension AWSSession {
    /// Creates the AWS session for a configuration, with the `User-Agent` header `pixelated/VERSION`.
    ///
    /// - Parameters:
    ///   - settings: a complete and valid configuration.
    ///   - environment: the environment variables of the process, among them those of AWS.
    /// - Throws: `AWSError` of the kind `.configuration` or `.noCredentials`.
    package init(
        _ settings: Configuration, environment: [String: String], version: String,
        transport: any Transport, logger: Logger
    ) async throws {
        try await self.init(
            settings.aws, queueURL: settings.queue.url, transport: transport,
            host: .process(environment: environment), userAgent: "pixelated/\(version)", logger: logger)
    }
}
