// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Settings

/// The arguments of the command line as text.
///
/// An argument is any bytes except NUL, but ArgumentParser needs text. Bytes that are not UTF-8 therefore become
/// scalars of a private use area, from which `LocalPath.init(argument:)` recovers them.
enum Arguments {
    /// The scalar for the byte 0, U+10FF00. The scalars of bytes 0x80...0xFF are the last ones of Unicode.
    private static let firstScalar: UInt32 = 0x10_FF00

    /// The arguments of this process without the name of the program.
    static var ofProcess: [String] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { index in
            CommandLine.unsafeArgv[index].map { text(of: UnsafeBufferPointer(start: $0, count: strlen($0))) }
        }
    }

    /// Returns `arguments` in a form in which each file name that begins with a dash, such as the shell makes from
    /// `*.jpg`, is a path and no option.
    ///
    /// - Parameter isFile: Returns true when there is a file at a path.
    static func protectingFileNames(_ arguments: [String], isFile: (LocalPath) -> Bool) -> [String] {
        guard arguments.first == PixelateCommand.configuration.commandName else { return arguments }
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        var previous = ""
        return arguments[..<end].map { argument in
            defer { previous = argument }
            // The value of an option other than --output is no file name.
            let isValue =
                previous.hasPrefix("--") && !previous.contains("=")
                && !PixelateCommand.notBeforeValue.contains(previous)
            return !isValue && isFileName(argument, isFile: isFile) ? "./" + argument : argument
        } + arguments[end...]
    }

    /// Returns true for an argument that begins with a dash and is no option. Names that begin with two dashes need
    /// `--` or `./`.
    private static func isFileName(_ argument: String, isFile: (LocalPath) -> Bool) -> Bool {
        guard argument.hasPrefix("-"), argument.utf8.count > 2, !argument.hasPrefix("--") else {
            return false
        }
        // The options with a dash and several letters are `-o=DIR` and `-help`.
        let mayBeOption = argument.hasPrefix("-o=") || argument == "-help"
        return !mayBeOption || isFile(LocalPath(argument: argument))
    }

    /// Returns the value of an option that must be UTF-8.
    static func text(_ argument: String) throws(ValidationError) -> String {
        let bytes = bytes(of: argument)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ValidationError("\(LocalPath(bytes: bytes)) is not UTF-8")
        }
        return text
    }

    private static func text(of argument: UnsafeBufferPointer<CChar>) -> String {
        var out = String.UnicodeScalarView()
        var rest = argument.map { UInt8(bitPattern: $0) }[...]
        while let byte = rest.first {
            var decoder = UTF8()
            var iterator = rest.makeIterator()
            if case .scalarValue(let scalar) = decoder.decode(&iterator), scalar.value < firstScalar {
                out.append(scalar)
                rest = rest.dropFirst(UTF8.width(scalar))
            } else {
                if let scalar = Unicode.Scalar(firstScalar + UInt32(byte)) { out.append(scalar) }
                rest = rest.dropFirst()
            }
        }
        return String(out)
    }

    /// Returns the bytes of an argument from its text.
    fileprivate static func bytes(of text: String) -> [UInt8] {
        text.unicodeScalars.flatMap { scalar -> [UInt8] in
            scalar.value >= firstScalar
                ? [UInt8(truncatingIfNeeded: scalar.value)] : Array(String(scalar).utf8)
        }
    }
}

extension LocalPath: ExpressibleByArgument {
    /// Makes a path from an argument in the form of `Arguments`.
    public init(argument: String) { self.init(bytes: Arguments.bytes(of: argument)) }
}
