// SPDX-License-Identifier: Apache-2.0

/// The result of one check of `Preflight`.
package struct CheckFinding: Sendable, Equatable {
    /// The name of a result. The raw values are stable; operations.md explains them.
    package enum Code: String, Sendable, CaseIterable {
        case isolation
        case isolationOff = "isolation-off"
        case isolationIncomplete = "isolation-incomplete"
        case isolationUnavailable = "isolation-unavailable"
        case formatUnreadable = "format-unreadable"
        case memory
        case memoryShort = "memory-short"
        case descriptors
        case descriptorsShort = "descriptors-short"
        case clock
        case clockWrong = "clock-wrong"
        case identity
        case identityRefused = "identity-refused"

        case queue
        case queueInaccessible = "queue-inaccessible"
        case visibilityTimeoutShort = "visibility-timeout-short"
        case heartbeatLate = "heartbeat-late"
        case redriveMissing = "redrive-missing"
        case redriveCountLow = "redrive-count-low"
        case queueEncryption = "queue-encryption"
        case queuePolicy = "queue-policy"
        case queuePolicyClosed = "queue-policy-closed"
        case deadLetterQueue = "dead-letter-queue"
        case deadLetterQueueInaccessible = "dead-letter-queue-inaccessible"
        case deadLetterQueueDiffers = "dead-letter-queue-differs"
        case deadLetterRetentionShort = "dead-letter-retention-short"

        case source
        case sourceMissing = "source-missing"
        case notification
        case notificationMissing = "notification-missing"
        case notificationEventsMissing = "notification-events-missing"
        case filterContradiction = "filter-contradiction"
        case filterGap = "filter-gap"

        case output
        case outputInaccessible = "output-inaccessible"
        case conditionalWrites = "conditional-writes"
        case conditionalWritesRefused = "conditional-writes-refused"
        case outputLoop = "output-loop"
        case outputACL = "output-acl"
        case outputACLRefused = "output-acl-refused"
        case versioning
        case versionsKept = "versions-kept"
        case probe
        case probeRefused = "probe-refused"
        case probeLeft = "probe-left"
        case quarantine
        case quarantineInaccessible = "quarantine-inaccessible"
    }

    /// The class of a result.
    package enum Class: String, Sendable, CaseIterable {
        case ok
        /// The service works, but not as it could.
        case warning
        /// The service does not work, or not with each object.
        case failure
        /// The identity may not look, or the check needs a fact that it has not.
        case unknown
    }

    package var code: Code
    package var result: Class
    /// The result in one line.
    package var text: String
    /// The consequence in one line; nil for the class `ok`.
    package var reason: String?
    /// The remedy in one line; nil for the class `ok`.
    package var remedy: String?
    /// The command lines of a shell that are the remedy, with real values; for the class `unknown` they mostly show the
    /// answer to an identity that may look.
    package var commands: [String] = []
    /// The settings that are the remedy: values as text by the paths of the settings.
    package var settings: [String: String] = [:]
    /// The exit status of the command when this is its first failure; nil for the other classes.
    package var exit: ExitReason?

    static func ok(_ code: Code, _ text: String) -> CheckFinding {
        CheckFinding(code: code, result: .ok, text: text)
    }

    static func warning(
        _ code: Code, _ text: String, because reason: String, remedy: String, commands: [String] = [],
        settings: [String: String] = [:]
    ) -> CheckFinding {
        CheckFinding(
            code: code, result: .warning, text: text, reason: reason, remedy: remedy, commands: commands,
            settings: settings)
    }

    static func failure(
        _ code: Code, _ text: String, because reason: String, remedy: String, commands: [String] = [],
        settings: [String: String] = [:], exit: ExitReason = .configuration
    ) -> CheckFinding {
        CheckFinding(
            code: code, result: .failure, text: text, reason: reason, remedy: remedy, commands: commands,
            settings: settings, exit: exit)
    }

    static func unknown(
        _ code: Code, _ text: String, because reason: String, remedy: String, commands: [String] = []
    ) -> CheckFinding {
        CheckFinding(
            code: code, result: .unknown, text: text, reason: reason, remedy: remedy, commands: commands)
    }
}
