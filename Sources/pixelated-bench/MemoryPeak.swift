// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import JPEG
import Pixelation
import Pixels

/// Peak memory above idle, by the kernel's high-water mark.
enum MemoryPeak {
    /// Megabytes, measured in a process of its own.
    static func inChild(_ path: String) -> Double? {
        Child.output(["/proc/self/exe", "--measure-memory-of", path, path])
            .flatMap { $0.split(separator: "\n").first }.flatMap { Double($0) }
            .map { $0 / 1e6 }
    }

    /// Bytes above idle at the peak of reading and pixelating a file, in this process.
    static func ofPixelating(_ path: String) throws -> Int {
        let pixelator = Pixelator(PixelationOptions())
        // Idle is a process that has done this before: its code is loaded and its tables are made.
        let cells = [UInt8](repeating: 128, count: 8 * 8 * 3)
        let small = GridWriter(width: 64, height: 64, attachments: GridAttachments())
            .encode(Grid(n: 8, bands: 3, samples: cells))
        _ = try pixelator.pixelate(small, until: .never)
        let descriptor = open("/proc/self/clear_refs", O_WRONLY)
        guard descriptor >= 0, write(descriptor, "5", 1) == 1 else {
            throw ValidationError("the high-water mark cannot be reset")
        }
        close(descriptor)
        let idle = try status("VmRSS:")
        let result = try pixelator.pixelate(try Files.read(path), until: .never)
        let peak = try status("VmHWM:")
        return withExtendedLifetime(result) { peak - idle }
    }

    private static func status(_ field: String) throws -> Int {
        var text: [UInt8] = []
        let descriptor = open("/proc/self/status", O_RDONLY)
        var buffer = [UInt8](repeating: 0, count: 8192)
        let got = read(descriptor, &buffer, buffer.count)
        close(descriptor)
        text = Array(buffer.prefix(max(0, got)))
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") where line.hasPrefix(field) {
            if let kilobytes = line.split(separator: "\t").last?.split(separator: " ").first.flatMap({
                Int($0)
            }) {
                return kilobytes * 1024
            }
        }
        throw ValidationError("/proc/self/status has no \(field)")
    }
}
