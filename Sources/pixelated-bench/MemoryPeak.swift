// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import JPEG
import Pixelation
import Pixels

/// Peak memory above idle, by the kernel's high-water mark.
enum MemoryPeak {
    /// Bytes above idle at the peak of `body`, in this process.
    static func of<Result>(_ body: () throws -> Result) throws -> (bytes: Int, result: Result) {
        let pixelator = Pixelator(PixelationOptions())
        // Idle is a process that has done this before: its code is loaded and its tables are made.
        let cells = [UInt8](repeating: 128, count: 8 * 8 * 3)
        let small = GridWriter(width: 64, height: 64)
            .encode(Grid(size: 8, bands: 3, samples: cells))
        _ = try pixelator.pixelate(small)
        let descriptor = open("/proc/self/clear_refs", O_WRONLY)
        guard descriptor >= 0, write(descriptor, "5", 1) == 1 else {
            throw ValidationError("the high-water mark cannot be reset")
        }
        close(descriptor)
        let idle = try status("VmRSS:")
        let result = try body()
        return (try status("VmHWM:") - idle, result)
    }

    private static func status(_ field: String) throws -> Int {
        let descriptor = open("/proc/self/status", O_RDONLY)
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 8192)
        let got = read(descriptor, &buffer, buffer.count)
        let text = String(decoding: buffer.prefix(max(0, got)), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix(field) }
        guard let number = line?.split(whereSeparator: { $0 == "\t" || $0 == " " }).dropFirst().first,
            let kilobytes = Int(number)
        else { throw ValidationError("/proc/self/status has no \(field)") }
        return kilobytes * 1024
    }
}

/// What is measured in a process of its own, because memory that one task has used hides what another needs.
enum ChildTask: String, CaseIterable {
    /// The engine, the file included.
    case engine
    /// The decoder alone, into a picture in memory, the file included.
    case decode
    /// The engine on a file that may be refused.
    case hostile

    /// What the child found: CPU milliseconds, megabytes above idle, and the outcome's name.
    struct Finding {
        var milliseconds: Double
        var megabytes: Double
        var outcome: String
    }

    func run(on path: String) -> Finding? {
        guard let text = Child.output(["/proc/self/exe", "--child-task", rawValue, path]) else { return nil }
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 3, let milliseconds = Double(words[0]), let bytes = Double(words[1]) else {
            return nil
        }
        return Finding(
            milliseconds: milliseconds, megabytes: bytes / 1e6, outcome: String(words[2]))
    }

    /// What the child does: the finding, to be printed.
    func perform(on path: String) throws -> String {
        let start = CPUTime.now()
        let (bytes, outcome) = try MemoryPeak.of { () throws -> String in
            let file = try Files.read(path)
            switch self {
            case .decode:
                let survey = try Pixelator(PixelationOptions()).survey(file)
                let turbo = try TurboJPEG()
                try turbo.decode(
                    file, width: survey.width, height: survey.height, components: survey.components)
                return "decoded"
            case .engine, .hostile:
                do {
                    let result = try Pixelator(PixelationOptions()).pixelate(file)
                    return withExtendedLifetime(result) { "decoded" }
                } catch let error as PixelationError {
                    return error.kind.rawValue
                }
            }
        }
        return "\(CPUTime.now() - start) \(bytes) \(outcome)"
    }
}
