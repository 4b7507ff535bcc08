// SPDX-License-Identifier: Apache-2.0

import AWS

extension AWSError {
    /// Returns the remedy for a queue or a bucket that is not accessible.
    ///
    /// - Parameter setting: The path of the setting that names the queue or the bucket.
    func accessRemedy(_ setting: String) -> String {
        switch kind {
        case .invalidCredentials, .expiredCredentials, .noCredentials:
            "Give the service valid credentials (README.md, On AWS)."
        case .clockSkew: "Synchronise the clock of the machine."
        case .network, .timedOut: "Check the network, the proxy, \(setting) and aws.endpoints."
        case .throttled, .server: "Repeat the check later."
        default: "Correct \(setting), or allow the action to the identity of the service."
        }
    }
}
