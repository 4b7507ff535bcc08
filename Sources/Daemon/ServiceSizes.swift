// SPDX-License-Identifier: Apache-2.0

import Pixelation
package import Settings
import Worker

/// The sizes of the service on one machine: the configuration, in which 0 stands for a value that fits the machine, and
/// larger values than the machine has memory for are decreased.
///
/// - `worker.cpuWorkers` 0 becomes the number of processors that the process can use at the same time, and no more than
///   one for each 32 MiB of the memory that is left for other purposes than pictures.
/// - `worker.memoryBytes` 0 becomes `WorkerOptions.standardMemoryBytes`, or what one picture within `pixelation.limits`
///   needs if that is more.
/// - The memory of all pictures is at most the smallest limit of memory without `otherMemory`, and that of one picture
///   and of one source what their parts of it have room for.
package struct ServiceSizes: Sendable, Equatable {
    /// A setting whose value is more than the machine has memory for.
    package struct Reduction: Sendable, Equatable {
        /// The path of the setting.
        package var setting: String
        /// The value of the setting in bytes; for `worker.memoryBytes` 0, what it stands for.
        package var configured: Int
        /// The value in bytes with which the service works.
        package var used: Int
    }

    /// The configuration without 0 in `worker.cpuWorkers` and `worker.memoryBytes`, and with reduced values.
    package let settings: Configuration
    /// The settings with reduced values.
    package let reductions: [Reduction]
    /// The memory in bytes with which nothing would be reduced.
    package let neededMemory: Int
    /// The memory in bytes that all decoders together keep between two pictures, at most: half of `otherMemory`.
    package let keptMemory: Int

    /// The memory of one worker and its decoder in bytes, without that for pictures: about 20 MiB when idle.
    private static let workerMemory = 32 << 20
    /// The memory in bytes that the process needs beside `worker.memoryBytes` (operations.md, "Memory").
    private static let otherMemory = 512 << 20

    /// Fits a configuration to a machine.
    package init(_ configured: Configuration, _ machine: MachineLimits) {
        var settings = configured
        var reductions: [Reduction] = []
        // On a machine with less than 1 GiB, caches and buffers are smaller as well, because there are fewer workers.
        let other = min(Self.otherMemory, (machine.memoryBytes ?? Int.max) / 2)
        keptMemory = other / 2
        if settings.worker.cpuWorkers == 0 {
            settings.worker.cpuWorkers = min(
                machine.usableProcessors, max(1, other / Self.workerMemory),
                WorkerOptions.maximumCPUWorkers)
        }
        let limits = settings.pixelation.limits
        if settings.worker.memoryBytes == 0 {
            settings.worker.memoryBytes = max(
                WorkerOptions.standardMemoryBytes,
                WorkerOptions.minimumMemoryBytes(source: limits.bytes, workingSet: limits.memoryBytes))
        }
        neededMemory = settings.worker.memoryBytes + Self.otherMemory
        func reduce(_ setting: String, _ value: WritableKeyPath<Configuration, Int>, to most: Int) {
            let configured = settings[keyPath: value]
            guard configured > most else { return }
            // Whole MiB, so that the values are readable.
            let most = (most >> 20) << 20
            reductions.append(Reduction(setting: setting, configured: configured, used: most))
            settings[keyPath: value] = most
        }
        if let memory = machine.memoryBytes {
            reduce(
                "worker.memoryBytes", \.worker.memoryBytes,
                to: max(WorkerOptions.leastMemoryBytes, memory - other))
            let parts = WorkerOptions.memoryParts(of: settings.worker.memoryBytes)
            reduce("pixelation.limits.memoryBytes", \.pixelation.limits.memoryBytes, to: parts.pixels)
            reduce("pixelation.limits.bytes", \.pixelation.limits.bytes, to: parts.downloads)
        }
        self.settings = settings
        self.reductions = reductions
    }

    /// The reduced settings in one sentence; nil when there is none.
    package func sentence(_ machine: MachineLimits) -> String? {
        guard !reductions.isEmpty, let memory = machine.memoryBytes else { return nil }
        let values = reductions.map { "\($0.setting) is \($0.used) instead of \($0.configured)" }
        return values.joined(separator: ", ")
            + ", because the memory is limited to \(memory) bytes (\(machine.memorySource))"
    }
}
