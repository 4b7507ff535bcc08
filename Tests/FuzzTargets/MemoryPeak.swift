// SPDX-License-Identifier: Apache-2.0

import CFuzzer

/// The memory that calls allocate.
enum MemoryPeak {
    /// Returns the result of a call, which allocates at most `bytes` bytes at the same time.
    ///
    /// A call that allocates more is repeated, because the first ones of a process make tables that stay.
    ///
    /// - Throws: `FuzzTarget.Violation` if the second call exceeds the bound as well.
    static func within<Result>(_ bytes: Int, _ call: () -> Result) throws -> Result {
        fuzzer_memory_begin()
        let result = call()
        if fuzzer_memory_peak() <= bytes { return result }
        fuzzer_memory_begin()
        _ = call()
        let peak = Int(fuzzer_memory_peak())
        try require(peak <= bytes, "\(peak) bytes were allocated, up to \(bytes) are predicted")
        return result
    }
}
