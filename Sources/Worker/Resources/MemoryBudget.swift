// SPDX-License-Identifier: Apache-2.0

/// The limit of the memory of all pictures in flight: the setting `worker.memoryBytes`, divided into two semaphores
/// whose permits are bytes.
///
/// A job acquires the size of its source before the download, and the working set of its picture before the decoding.
/// The job waits while too little memory is left, and the poller stops receiving while too many jobs wait.
///
/// ```swift
/// var download = try await budget.downloads.acquire(maximumBytes)
/// let source = try await store.get(name, maximumBytes: maximumBytes)
/// download.shrink(to: source.bytes.count)
/// let pixels = try await budget.pixels.acquire(survey.workingSetBytes)
/// ```
///
/// Two semaphores prevent a deadlock: with a single one, all jobs could wait for decoding memory while they hold the
/// memory of their sources. Every job acquires from `downloads` first.
struct MemoryBudget: Sendable {
    /// The semaphore of the bytes of downloaded sources.
    let downloads: WeightedSemaphore
    /// The semaphore of the bytes that decoders and outputs need, as predicted from the header of the picture.
    let pixels: WeightedSemaphore

    init(bytes: Int) {
        let (downloads, pixels) = Self.parts(of: bytes)
        self.downloads = WeightedSemaphore(permits: downloads)
        self.pixels = WeightedSemaphore(permits: pixels)
    }

    /// Changes the limit. An increase takes effect at once, and a reduction as memory is released.
    func resize(to bytes: Int) {
        let (downloads, pixels) = Self.parts(of: bytes)
        self.downloads.resize(to: downloads)
        self.pixels.resize(to: pixels)
    }

    /// Returns the two parts of the limit: a third for downloads and the rest for pixels, because a compressed picture
    /// is smaller than its working set.
    private static func parts(of bytes: Int) -> (downloads: Int, pixels: Int) {
        (max(1, bytes / 3), max(1, bytes - bytes / 3))
    }

    /// The number of bytes in use.
    var used: Int { downloads.used + pixels.used }
    /// The number of jobs that wait for memory.
    var waiting: Int { downloads.waiting + pixels.waiting }
}

extension WorkerOptions {
    /// Returns the minimum of `memoryBytes` for which a source of `source` bytes and its working set both fit into
    /// their parts of the budget. With a smaller value, such a picture is still processed, but alone and beyond the
    /// limit.
    package static func minimumMemoryBytes(source: Int, workingSet: Int) -> Int {
        max(3 * source, (3 * workingSet - 1) / 2)
    }
}
