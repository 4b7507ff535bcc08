// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Sandbox
import Scripted

/// An interpreter of the BPF program of a filter, so that the filter of another architecture can be tested as well. It
/// knows the instructions that libseccomp writes.
struct FilterProgram {
    /// An instruction of linux/filter.h.
    private struct Instruction {
        var code: UInt16
        var whenTrue: UInt8
        var whenFalse: UInt8
        var value: UInt32
    }

    private let instructions: [Instruction]
    private let architecture: UInt32

    /// Compiles the filter for an architecture.
    init(_ filter: SystemCallFilter, architecture: UInt32) throws {
        guard let stream = tmpfile() else { throw TestError("tmpfile: \(errno)") }
        defer { fclose(stream) }
        let error = filter.export(architecture: architecture, to: fileno(stream))
        guard error == 0 else { throw TestError("the filter cannot be compiled: \(error)") }
        rewind(stream)
        // A program has at most 4096 instructions of 8 bytes.
        var bytes = [UInt8](repeating: 0, count: 8 * 4096)
        bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, stream))
        self.architecture = architecture
        instructions = stride(from: 0, to: bytes.count - 7, by: 8).map { start in
            let value = bytes[(start + 4)..<(start + 8)].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return Instruction(
                code: UInt16(bytes[start]) | UInt16(bytes[start + 1]) << 8, whenTrue: bytes[start + 2],
                whenFalse: bytes[start + 3], value: value)
        }
    }

    /// Returns what happens to a system call: an action of seccomp(2).
    func action(_ call: Int32, _ arguments: [UInt64] = [], architecture: UInt32? = nil) throws -> UInt32 {
        // struct seccomp_data: number, architecture, address (8 bytes), six arguments of 8 bytes, low half first.
        var data: [UInt32] = [UInt32(bitPattern: call), architecture ?? self.architecture, 0, 0]
        for index in 0..<6 {
            let argument = index < arguments.count ? arguments[index] : 0
            data += [UInt32(truncatingIfNeeded: argument), UInt32(argument >> 32)]
        }
        var accumulator: UInt32 = 0
        var position = 0
        while position < instructions.count {
            let instruction = instructions[position]
            position += 1
            let (value, code) = (instruction.value, instruction.code)
            switch code {
            case 0x20: accumulator = data[Int(value) / 4]  // LD W ABS
            case 0x54: accumulator &= value  // ALU AND K
            case 0x05: position += Int(value)  // JMP JA
            case 0x06: return value  // RET K
            case 0x15, 0x25, 0x35, 0x45:  // JMP JEQ, JGT, JGE, JSET with K
                let holds =
                    switch code {
                    case 0x15: accumulator == value
                    case 0x25: accumulator > value
                    case 0x35: accumulator >= value
                    default: accumulator & value != 0
                    }
                position += Int(holds ? instruction.whenTrue : instruction.whenFalse)
            default: throw TestError("unknown instruction \(code)")
            }
        }
        throw TestError("the program has no end")
    }
}
