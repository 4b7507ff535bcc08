// SPDX-License-Identifier: Apache-2.0

/// The host and the program version of this worker, which are part of quarantine records.
package struct WorkerIdentity: Sendable, Equatable {
    package var host: String
    package var version: String

    package init(host: String = "", version: String = "") {
        self.host = host
        self.version = version
    }
}
