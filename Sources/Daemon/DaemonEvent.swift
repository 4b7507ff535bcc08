// SPDX-License-Identifier: Apache-2.0

/// The log events of the daemon itself, besides those of the worker and of AWS. The raw values are values of the log
/// field `event`.
///
/// The raw values are stable, because operators search for them and define alerts with them.
package enum DaemonEvent: String, Sendable, CaseIterable {
    case started
    case cannotStart = "cannot-start"
    /// Settings are larger than the machine has memory for, and smaller values are used.
    case sizesReduced = "sizes-reduced"
    /// The redrive policy of the queue permits fewer receives than the settings.
    case receivesLimited = "receives-limited"
    case ready
    case startTimedOut = "start-timed-out"
    case draining
    case stopForced = "stop-forced"
    case drainTimedOut = "drain-timed-out"
    case shutdownTimedOut = "shutdown-timed-out"
    case workerFailed = "worker-failed"
    case stopped
    case reloaded
    case reloadRefused = "reload-refused"
    case watchdogWithheld = "watchdog-withheld"
    case watchdogResumed = "watchdog-resumed"
    /// EC2 has announced the termination of the instance.
    case terminationNotice = "termination-notice"
    /// Log records were dropped, because the destination of the log did not take them.
    case logLinesDropped = "log-lines-dropped"
    /// There is no journal, and log entries are lines of text on standard error.
    case journalUnavailable = "journal-unavailable"
    case imdsUnreachable = "imds-unreachable"
    /// A decoder process is ready.
    case decoderReady = "decoder-ready"
    /// A decoder process cannot be started.
    case decoderStartFailed = "decoder-start-failed"
    /// A decoder process has ended or was killed, and is replaced.
    case decoderDied = "decoder-died"
    /// A decoder process is ended, because it is not needed any more or has much memory.
    case decoderRetired = "decoder-retired"
    /// The kernel refuses parts of the sandbox of decoder processes.
    case sandboxIncomplete = "sandbox-incomplete"
    /// Pictures are decoded in the process that has the credentials.
    case isolationOff = "isolation-off"
    /// Traces cannot be sent to the collector.
    case traceExportFailed = "trace-export-failed"
    /// Traces are sent to the collector again.
    case traceExportRecovered = "trace-export-recovered"
}
