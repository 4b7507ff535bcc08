// SPDX-License-Identifier: Apache-2.0

import Pixelation
import Settings
import Testing
import Worker

@testable import Daemon

/// Tests of the sizes that the service gives itself on a machine.
struct ServiceSizesTests {
    private static func machine(
        processors: Int = 16, quota: Double? = nil, memory: Int? = nil
    ) -> MachineLimits {
        MachineLimits(
            processors: processors, processorQuota: quota, memoryBytes: memory, memorySource: "/limit",
            descriptors: 1024, maximumDescriptors: 1024)
    }

    @Test func `a machine without limits gives a worker to each processor`() {
        let sizes = ServiceSizes(Configuration(), Self.machine())
        #expect(sizes.settings.worker.cpuWorkers == 16)
        #expect(sizes.settings.worker.memoryBytes == 1280 << 20)
        #expect(sizes.settings.pixelation == Configuration().pixelation)
        #expect(sizes.reductions.isEmpty && sizes.sentence(Self.machine()) == nil)
    }

    @Test func `a quota of processor time limits the workers, and a setting does not`() {
        #expect(ServiceSizes(Configuration(), Self.machine(quota: 2.5)).settings.worker.cpuWorkers == 3)
        var settings = Configuration()
        settings.worker.cpuWorkers = 5
        #expect(ServiceSizes(settings, Self.machine(quota: 2.5)).settings.worker.cpuWorkers == 5)
    }

    @Test func `a small limit of memory reduces the workers and the memory of pictures`() {
        let machine = Self.machine(memory: 512 << 20)
        let sizes = ServiceSizes(Configuration(), machine)
        let limits = Configuration().pixelation.limits
        #expect(sizes.settings.worker.cpuWorkers == 8)
        #expect(sizes.settings.worker.memoryBytes == 256 << 20)
        #expect(sizes.settings.pixelation.limits.memoryBytes == 204 << 20)
        #expect(
            sizes.reductions == [
                .init(setting: "worker.memoryBytes", configured: 1280 << 20, used: 256 << 20),
                .init(
                    setting: "pixelation.limits.memoryBytes", configured: limits.memoryBytes,
                    used: 204 << 20),
                .init(setting: "pixelation.limits.bytes", configured: limits.bytes, used: 51 << 20),
            ])
        #expect(sizes.settings.problems().isEmpty)
        #expect(sizes.neededMemory == 1792 << 20 && sizes.keptMemory == 128 << 20)
        let sentence = sizes.sentence(machine) ?? ""
        #expect(sentence.hasPrefix("worker.memoryBytes is 268435456 instead of 1342177280, "))
        #expect(sentence.hasSuffix("because the memory is limited to 536870912 bytes (/limit)"))
    }

    @Test func `a given value that fits is not changed, and one that does not is reduced`() {
        var settings = Configuration()
        settings.worker.memoryBytes = 1 << 30
        settings.pixelation.limits.memoryBytes = 512 << 20
        let fitting = ServiceSizes(settings, Self.machine(memory: 1536 << 20))
        #expect(fitting.settings.worker.memoryBytes == 1 << 30 && fitting.reductions.isEmpty)
        let reduced = ServiceSizes(settings, Self.machine(memory: 1 << 30))
        #expect(
            reduced.reductions == [
                .init(setting: "worker.memoryBytes", configured: 1 << 30, used: 512 << 20),
                .init(setting: "pixelation.limits.memoryBytes", configured: 512 << 20, used: 409 << 20),
            ])
    }

    @Test func `the memory of all pictures follows the limits of one`() {
        var settings = Configuration()
        settings.pixelation.limits.memoryBytes = 4 << 30
        #expect(settings.problems().isEmpty)
        #expect(ServiceSizes(settings, Self.machine()).settings.worker.memoryBytes == (5 << 30) - 1)
    }

    @Test(arguments: [1 << 20, 32 << 20, 100 << 20, 700 << 20, 3 << 30])
    func `the sizes are a valid configuration for every limit`(_ memory: Int) {
        let sizes = ServiceSizes(Configuration(), Self.machine(memory: memory))
        #expect(sizes.settings.problems().isEmpty)
        #expect(sizes.settings.worker.cpuWorkers >= 1)
    }
}
