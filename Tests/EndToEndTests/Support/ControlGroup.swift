// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted

/// A control group of the kernel for one test, with limits of memory and processor time. It needs the rights of root.
final class ControlGroup {
    /// The directories of the group: one with version 2, one for each controller with version 1.
    private let directories: [String: URL]
    private let isUnified: Bool

    private static let mount = URL(filePath: "/sys/fs/cgroup")
    private static let controllers = ["memory", "cpu"]

    /// The reason for which no group with limits can be made; nil if one can.
    static let missingPrerequisite: String? = {
        do {
            let group = try ControlGroup(memory: 64 << 20, processors: 0.5)
            group.remove()
            return nil
        } catch {
            return "control groups cannot be made here: \(error)"
        }
    }()

    /// Makes a group.
    ///
    /// - Parameters:
    ///   - memory: The limit of memory in bytes, without swap.
    ///   - processors: The quota of processor time in processors; nil for none.
    init(memory: Int, processors: Double? = nil) throws {
        let name = "pixelated-test-\(UUID().uuidString)"
        isUnified = FileManager.default.fileExists(
            atPath: Self.mount.appending(path: "cgroup.controllers").path)
        var directories: [String: URL] = [:]
        for controller in Self.controllers {
            let parent = isUnified ? Self.mount : Self.mount.appending(path: controller)
            directories[controller] = parent.appending(path: name)
        }
        self.directories = directories
        for directory in Set(directories.values) {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        }
        do {
            if isUnified {
                try write("\(memory)", "memory", "memory.max")
                // The file does not exist on a machine without swap.
                try? write("0", "memory", "memory.swap.max")
                if let processors { try write("\(Int(processors * 100_000)) 100000", "cpu", "cpu.max") }
            } else {
                try write("\(memory)", "memory", "memory.limit_in_bytes")
                if let processors { try write("\(Int(processors * 100_000))", "cpu", "cpu.cfs_quota_us") }
            }
        } catch {
            remove()
            throw error
        }
    }

    private func write(_ value: String, _ controller: String, _ file: String) throws {
        guard let directory = directories[controller] else { throw TestError("no controller \(controller)") }
        let handle = try FileHandle(forWritingTo: directory.appending(path: file))
        defer { try? handle.close() }
        try handle.write(contentsOf: Data(value.utf8))
    }

    /// Writes a script that runs a program in the group with the arguments of the script, and returns its path.
    func launcher(of program: URL, in directory: URL) throws -> URL {
        let script = directory.appending(path: "in-control-group")
        let joins = Set(directories.values).map { "echo $$ > '\($0.path)/cgroup.procs'" }
        let text = "#!/bin/sh\n\(joins.joined(separator: "\n"))\nexec '\(program.path)' \"$@\"\n"
        try Data(text.utf8).write(to: script)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
        return script
    }

    /// Removes the group, which must have no process any more.
    func remove() {
        for directory in Set(directories.values) { rmdir(directory.path) }
    }
}
