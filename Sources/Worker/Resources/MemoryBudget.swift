// SPDX-License-Identifier: Apache-2.0

/// The limit of the memory of all pictures in flight: the setting `worker.memoryBytes`, divided into two semaphores
/// whose permits are bytes.
///
/// A job acquires the size of its source before the download, and an upper bound of what decoding and the outputs need
/// before the decoding. When the outputs exist, it keeps permits for their true size until they are uploaded. The job
/// waits while too little memory is left, and the poller stops receiving while too many jobs wait.
///
/// ```swift
/// var download = try await budget.downloads.acquire(maximumBytes)
/// let source = try await store.get(name, maximumBytes: maximumBytes)
/// download.shrink(to: source.bytes.count)
/// var pixels = try await budget.pixels.acquire(survey.workingSetBytes)
/// let picture = try await engine.pixelate(source.bytes, survey: survey)
/// pixels.shrink(to: picture.memoryBytes)
/// ```
///
/// There is no deadlock: a job acquires from `downloads` first and from `pixels` second, once each, and a job that has
/// permits of `pixels` waits for no further permits. So all permits of `pixels` are released in time, then those of
/// `downloads`. With a single semaphore, all jobs could wait for decoding memory while they hold the memory of their
/// sources. For the same reason outputs have a bound in advance: if a job acquired their true size behind the decoding,
/// all jobs could wait for it while they hold their grids.
package struct MemoryBudget: Sendable {
    /// The semaphore of the bytes of downloaded sources.
    package let downloads: WeightedSemaphore
    /// The semaphore of the bytes that decoders and outputs need: an upper bound from the header of the picture until
    /// the outputs exist, then their size.
    package let pixels: WeightedSemaphore

    package init(bytes: Int) {
        let (downloads, pixels) = WorkerOptions.memoryParts(of: bytes)
        self.downloads = WeightedSemaphore(permits: downloads)
        self.pixels = WeightedSemaphore(permits: pixels)
    }

    /// Changes the limit. An increase takes effect at once, and a reduction as memory is released.
    func resize(to bytes: Int) {
        let (downloads, pixels) = WorkerOptions.memoryParts(of: bytes)
        self.downloads.resize(to: downloads)
        self.pixels.resize(to: pixels)
    }

    /// The number of bytes in use.
    var used: Int { downloads.used + pixels.used }
    /// The number of jobs that wait for memory.
    var waiting: Int { downloads.waiting + pixels.waiting }
}

extension WorkerOptions {
    /// Returns the two parts of a limit in bytes: a fifth for downloads and the rest for pixels, because a compressed
    /// picture is smaller than its working set.
    package static func memoryParts(of bytes: Int) -> (downloads: Int, pixels: Int) {
        (max(1, bytes / 5), max(1, bytes - bytes / 5))
    }

    /// Returns the minimum of `memoryBytes` for which a source of `source` bytes and its working set both fit into
    /// their parts of the budget. With a smaller value, such a picture is still processed, but alone and beyond the
    /// limit.
    package static func minimumMemoryBytes(source: Int, workingSet: Int) -> Int {
        max(5 * source, (5 * workingSet - 1) / 4)
    }
}
