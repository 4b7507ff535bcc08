// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Decoding
import Glibc
import JPEGEncoder
import Pixelation
import Pixels

/// The peak memory of this process: the high-water mark `VmHWM` of the kernel (proc(5)).
enum MemoryPeak {
    /// Returns the result of `body`, and the peak memory of the process during the call less the memory of the idle
    /// process, in bytes.
    static func of<Result>(_ body: () throws -> Result) throws -> (bytes: Int, result: Result) {
        let pixelator = Pixelator(PixelationOptions(), reducer: InProcessReducer())
        // A process is idle after it has pixelated a picture: its code is loaded and its tables are made.
        let cells = [UInt8](repeating: 128, count: 8 * 8 * 3)
        let small = GridWriter(width: 64, height: 64)
            .encode(Grid(size: 8, color: .rgb, samples: cells))
        _ = try pixelator.pixelate(small)
        let descriptor = open("/proc/self/clear_refs", O_WRONLY)
        guard descriptor >= 0, write(descriptor, "5", 1) == 1 else {
            throw ValidationError("the high-water mark cannot be reset")
        }
        close(descriptor)
        let idle = try status("VmRSS")
        let result = try body()
        return (try status("VmHWM") - idle, result)
    }

    /// Returns the value of a field of /proc/self/status in bytes.
    private static func status(_ field: String) throws -> Int {
        let value = Machine.value(field, in: "/proc/self/status")
        guard let kilobytes = value.flatMap({ Int($0.prefix { $0.isNumber }) })
        else { throw ValidationError("/proc/self/status has no \(field)") }
        return kilobytes * 1024
    }
}
