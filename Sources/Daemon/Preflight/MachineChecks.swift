// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import DecoderProcesses
import Decoding
import Pixelation
import Settings
import Worker

/// The checks of the machine: decoders, memory, descriptors and clock.
struct MachineChecks {
    let settings: Configuration
    let limits: MachineLimits
    let decoderTrial: @Sendable (DecoderIsolation, PixelationOptions) -> Decoders.Trial

    /// The number of descriptors for files, logs, the event loops and the health page.
    private static let otherDescriptors = 128
    /// The number of descriptors of one decoder: its socket, its memory, and those of its start.
    private static let descriptorsOfDecoder = 4
    /// The difference in seconds from which the clock is reported. S3 and SQS refuse signatures from 900 s on, and
    /// `SignedClient` corrects the time of signatures from 300 s on.
    private static let tolerance = 30.0

    func findings() -> [CheckFinding] { isolation() + [memory(), descriptors()] }

    /// Checks whether a decoder can be started, and its sandbox. The system calls that the service's own sandbox
    /// refuses are known only there.
    private func isolation() -> [CheckFinding] {
        let required = ["pixelation.isolation": DecoderIsolation.required.rawValue]
        guard settings.isolation != .off else {
            let finding = CheckFinding.warning(
                .isolationOff, "pictures are decoded in the process that has the credentials",
                because: "a picture that exploits a defect of a decoder can read the credentials",
                remedy: "Set pixelation.isolation to required.", settings: required)
            return [finding] + formats(OptionalLibraries.load())
        }
        let trial = decoderTrial(settings.isolation, settings.pixelation)
        if let failure = trial.failure {
            return [
                .failure(
                    .isolationUnavailable, "no decoder can be started: \(failure)",
                    because: "no picture can be decoded",
                    remedy: "Remove the cause, which operations.md explains under Decoders; with "
                        + "pixelation.isolation preferred, decoders start without the parts of the sandbox that "
                        + "the kernel refuses.")
            ]
        }
        guard !trial.missing.isEmpty else {
            return [.ok(.isolation, "a decoder has started, with a complete sandbox")]
                + formats(trial.unreadable)
        }
        let finding = CheckFinding.warning(
            .isolationIncomplete, "a decoder has started, and the kernel refuses \(trial.missing)",
            because: "a picture that exploits a defect of a decoder is less confined",
            remedy: "Use a kernel or a container runtime that permits it (operations.md, Decoders).")
        return [finding] + formats(trial.unreadable)
    }

    /// Checks whether the formats that the configuration lists can be decoded. A format of the default list may lack
    /// its library.
    private func formats(_ unreadable: [SourceFormat]) -> [CheckFinding] {
        let listed = settings.pixelation.formats
        let isDefault = Set(listed) == Set(PixelationOptions().formats)
        return unreadable.filter(listed.contains).map { format in
            let text = format.missingLibrary ?? "\(format) cannot be read"
            let reason = "pictures in this format fail with unsupported-format"
            let remedy = "Install the library, or remove the format from pixelation.formats."
            return isDefault
                ? .warning(.formatUnreadable, text, because: reason, remedy: remedy)
                : .failure(.formatUnreadable, text, because: reason, remedy: remedy)
        }
    }

    private func memory() -> CheckFinding {
        guard let limit = limits.memoryBytes else {
            return .unknown(
                .memory, "the limit of memory is not known",
                because: "the kernel ends processes that exceed it",
                remedy: "Compare worker.memoryBytes plus 512 MiB with the limit of the container or unit.")
        }
        let sizes = ServiceSizes(settings, limits)
        let texts = (limit: Self.mebibytes(limit), needed: Self.mebibytes(sizes.neededMemory))
        guard let reductions = sizes.sentence(limits) else {
            return .ok(
                .memory, "\(texts.needed) of \(texts.limit) are needed at most (\(limits.memorySource))")
        }
        return .warning(
            .memoryShort, "the service needs \(texts.needed) and works with less: \(reductions)",
            because: "larger pictures fail, and fewer are pixelated at the same time",
            remedy: "Raise the limit to \(texts.needed), or set these values.",
            settings: Dictionary(
                uniqueKeysWithValues: sizes.reductions.map { ($0.setting, "\($0.used)") }))
    }

    private static func mebibytes(_ bytes: Int) -> String { "\(bytes >> 20) MiB" }

    private func descriptors() -> CheckFinding {
        let needed =
            settings.network.maxConnections
            + ServiceSizes(settings, limits).settings.worker.cpuWorkers * Self.descriptorsOfDecoder
            + Self.otherDescriptors
        guard limits.descriptors < needed else {
            return .ok(.descriptors, "\(needed) of \(limits.descriptors) descriptors are needed at most")
        }
        return .warning(
            .descriptorsShort,
            "the service may need \(needed) descriptors, and may open \(limits.descriptors)",
            because: "requests fail when no socket can be opened, and no decoder can be started",
            remedy:
                "Raise the limit in the shell that starts the service, by LimitNOFILE=\(needed) in the unit, or "
                + "by the option --ulimit of the container; or decrease network.maxConnections.",
            commands: limits.maximumDescriptors >= needed ? ["ulimit -n \(needed)"] : [])
    }

    /// Checks the clock by the dates of the responses so far.
    static func clock(_ server: ServerClock?) -> CheckFinding {
        guard let fast = server?.secondsFast else {
            return .unknown(
                .clock, "no response had a date",
                because: "AWS refuses requests whose signature is 15 minutes old",
                remedy: "Compare the clock of this machine with another one.", commands: ["timedatectl"])
        }
        let text = "this machine's clock is \(Int(abs(fast).rounded())) s \(fast < 0 ? "slow" : "fast")"
        guard abs(fast) >= tolerance else { return .ok(.clock, text) }
        return .warning(
            .clockWrong, text,
            because:
                "AWS refuses signatures from 15 minutes on, after which requests are signed with the time of AWS; "
                + "temporary credentials expire at another time than expected",
            remedy: "Synchronise the clock of the machine.", commands: ["timedatectl set-ntp true"])
    }
}
