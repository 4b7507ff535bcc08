// SPDX-License-Identifier: Apache-2.0

/// The bound on the memory of all pictures in flight: the setting `worker.memoryBytes`, split into two semaphores
/// whose permits are bytes.
///
/// A job acquires the size of its source before the download and the working set of its picture before it decodes.
/// A job that finds too little memory waits; the poller stops receiving while too many jobs wait.
///
/// ```swift
/// var download = try await budget.downloads.acquire(maximumBytes)
/// let source = try await store.get(name, maximumBytes: maximumBytes)
/// download.shrink(to: source.bytes.count)
/// let pixels = try await budget.pixels.acquire(survey.workingSetBytes)
/// ```
///
/// Two semaphores instead of one prevent a deadlock: with a single one, jobs that hold their sources could all wait
/// for memory to decode. Every job acquires from `downloads` first.
struct MemoryBudget: Sendable {
    /// The bytes of downloaded sources.
    let downloads: WeightedSemaphore
    /// The bytes that decoders and outputs need, as predicted from the header of the picture.
    let pixels: WeightedSemaphore

    init(bytes: Int) {
        let (downloads, pixels) = Self.parts(of: bytes)
        self.downloads = WeightedSemaphore(permits: downloads)
        self.pixels = WeightedSemaphore(permits: pixels)
    }

    /// Changes the bound. An increase is used at once, a reduction as memory is released.
    func resize(to bytes: Int) {
        let (downloads, pixels) = Self.parts(of: bytes)
        self.downloads.resize(to: downloads)
        self.pixels.resize(to: pixels)
    }

    /// A third for downloads and the rest for pixels, as a compressed picture is smaller than its working set.
    private static func parts(of bytes: Int) -> (downloads: Int, pixels: Int) {
        (max(1, bytes / 3), max(1, bytes - bytes / 3))
    }

    /// The number of bytes in use.
    var used: Int { downloads.used + pixels.used }
    /// The number of jobs that wait for memory.
    var waiting: Int { downloads.waiting + pixels.waiting }
}

extension WorkerOptions {
    /// The smallest `memoryBytes` with which a source of `source` bytes and its working set both fit into their part
    /// of the budget. With less, such a picture is still processed, alone and beyond the bound.
    package static func minimumMemoryBytes(source: Int, workingSet: Int) -> Int {
        max(3 * source, (3 * workingSet - 1) / 2)
    }
}
