// SPDX-License-Identifier: Apache-2.0

import DecoderProcesses
import Glibc
import JPEGEncoder
import Pixelation
import Pixels

/// A parent of decoders in a process of its own, in which nothing else has descriptors, threads or child processes.
enum LeakCheck {
    /// Decodes pictures, half of which kill their decoder, and prints the descriptors, mappings and child processes
    /// that are left in comparison to the time before.
    static func run(decoder: String) throws {
        try round(decoder)
        let before = (descriptors().count, mappings())
        for _ in 0..<3 { try round(decoder) }
        var status: Int32 = 0
        let hasChildren = waitpid(-1, &status, WNOHANG) >= 0 || errno != ECHILD
        print("descriptors \(descriptors().count - before.0)")
        print("mappings \(mappings() - before.1)")
        print("children \(hasChildren ? 1 : 0)")
    }

    private static func round(_ decoder: String) throws {
        var times = DecoderTimes()
        // A start on a busy machine can take a while.
        times.start = .seconds(600)
        let pool = DecoderPool(
            DecoderOptions(fileBytes: 1 << 20, memoryLimit: 256 << 20), limit: 2,
            program: DecoderProgram(path: "/proc/self/exe", arguments: [decoder]), times: times)
        for width in [20, 13, 20, 13, 20] {
            let grid = Grid(size: 1, color: .rgb, samples: [1, 2, 3])
            let file = GridWriter(width: width, height: 8).encode(grid)
            let options = PixelationOptions()
            let survey = try Survey(of: file.span, options: options)
            let reduction = try? pool.reduce(
                file.span,
                ReductionRequest(
                    survey: survey, options: options, deadline: .now + .seconds(600), cancellation: nil))
            let isDecoded = reduction != nil
            precondition(isDecoded == (width == 20), "a picture of the width \(width)")
        }
        pool.shutDown()
        // The thread of the pool closes its last descriptors when it ends.
        while threads() > 1 { usleep(1000) }
    }

    private static func threads() -> Int {
        guard let folder = opendir("/proc/self/task") else { return -1 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // The folder itself and its parent.
        return count - 2
    }

    private static func descriptors() -> [Int32] { (0..<1024).filter { fcntl($0, F_GETFD) >= 0 } }

    /// The number of mappings of shared memory.
    private static func mappings() -> Int {
        guard let file = fopen("/proc/self/maps", "re") else { return -1 }
        defer { fclose(file) }
        var count = 0
        var line = [CChar](repeating: 0, count: 1024)
        while fgets(&line, Int32(line.count), file) != nil {
            if strstr(line, "pixelated-source") != nil { count += 1 }
        }
        return count
    }
}
