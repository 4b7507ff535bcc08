// SPDX-License-Identifier: Apache-2.0

package import Pixelation
package import Settings
package import Support

/// The files that the arguments of a command name: files, folders with all files below them, patterns, and the standard
/// input.
package struct PictureSelection: Sendable {
    /// The files to pixelate, each once.
    package private(set) var pictures: [LocalPicture] = []
    /// The files with names of outputs that arguments name. They are not pixelated again.
    package private(set) var namedOutputs: [LocalPath] = []
    /// The number of all files with names of outputs, which are not pixelated again.
    package private(set) var outputs = 0
    /// The files, folders and patterns that cannot be read.
    package private(set) var failures: [PictureFailure] = []
    /// The pairs of files whose outputs have the same names.
    package private(set) var collisions: [(first: LocalPicture, second: LocalPicture)] = []

    private let options: Options
    private let cancellation: Cancellation
    private let excluded: FileIdentity?
    private var known: [[UInt8]: Int] = [:]
    private var hasStandardInput = false

    /// The argument that stands for the standard input.
    package static let standardInput = LocalPath("-")

    /// The options of a selection.
    package struct Options: Sendable {
        package var naming: Naming
        /// The output directory, which is left out when it is below a folder that an argument names.
        package var directory: LocalPath
        /// The name of the standard input, from which its outputs have their names; nil to choose one by its content.
        package var standardInputName: String?
        /// The largest length of the standard input in bytes.
        package var maximumBytes: Int

        package init(
            naming: Naming, directory: LocalPath, standardInputName: String? = nil,
            maximumBytes: Int = PixelationLimits().bytes
        ) {
            self.naming = naming
            self.directory = directory
            self.standardInputName = standardInputName
            self.maximumBytes = maximumBytes
        }
    }

    /// Creates the selection of arguments. It searches folders and reads the standard input until the end or a
    /// cancellation.
    package init(_ arguments: [LocalPath], _ options: Options, _ cancellation: Cancellation) {
        self.options = options
        self.cancellation = cancellation
        excluded = FileIdentity(options.directory)
        for argument in arguments where !cancellation.isCancelled { add(argument) }
    }

    private mutating func add(_ argument: LocalPath) {
        if argument == Self.standardInput { return addStandardInput() }
        guard !LocalFile.exists(argument), FilePattern.isPattern(argument) else { return addPath(argument) }
        do throws(PictureFailure) {
            let paths = try FilePattern.matches(argument)
            if paths.isEmpty {
                failures.append(PictureFailure(.noMatch, "\(argument): no file matches the pattern"))
            }
            for path in paths { addPath(path) }
        } catch {
            failures.append(error)
        }
    }

    private mutating func addPath(_ path: LocalPath) {
        guard LocalFile.isDirectory(path) else {
            return add(LocalPicture(.file(path), target: path.lastComponent, isNamed: true))
        }
        let walk = FolderWalk(path, excluding: excluded, cancellation)
        failures += walk.failures
        for file in walk.files {
            add(LocalPicture(.file(file.path), target: file.relative, isNamed: false))
        }
    }

    private mutating func addStandardInput() {
        guard !hasStandardInput else { return }
        hasStandardInput = true
        do throws(PictureFailure) {
            let bytes = try PictureFile.readStandardInput(limit: options.maximumBytes, cancellation)
            let ending = SourceFormat(bytes.span)?.endings.first
            let name = options.standardInputName ?? "picture" + (ending.map { ".\($0)" } ?? "")
            add(LocalPicture(.standardInput(bytes), target: Array(name.utf8), isNamed: true))
        } catch {
            if !cancellation.isCancelled { failures.append(error) }
        }
    }

    private mutating func add(_ picture: LocalPicture) {
        if case .file(let path) = picture.content, isOutput(picture.target) {
            outputs += 1
            if picture.isNamed { namedOutputs.append(path) }
        } else if let index = known[picture.target] {
            if !isSameFile(pictures[index], picture) { collisions.append((pictures[index], picture)) }
        } else {
            known[picture.target] = pictures.count
            pictures.append(picture)
        }
    }

    private func isOutput(_ target: [UInt8]) -> Bool {
        options.naming.isOutput(target) || ContactSheet.isSheet(target, options.naming)
    }

    private func isSameFile(_ a: LocalPicture, _ b: LocalPicture) -> Bool {
        guard case .file(let first) = a.content, case .file(let second) = b.content else { return false }
        return first == second || FileIdentity(first).map { $0 == FileIdentity(second) } == true
    }

    /// Adds the collisions of files whose names differ by the ending that outputs in another format get: the outputs of
    /// the HEIC file `a` and of the JPEG file `a.jpg` have the same names.
    ///
    /// - Parameter ending: A function that returns the ending of the outputs of a file, which depends on its content;
    ///   nil when the outputs have the format of the file or there are none. Only files with such names are read.
    package mutating func findCollisions(ending: (LocalPicture) -> String?) {
        for picture in pictures {
            for format in OutputFormat.allCases {
                guard let index = known[picture.target + Array(".\(format.ending)".utf8)],
                    ending(picture) == format.ending, ending(pictures[index]) == nil
                else { continue }
                collisions.append((picture, pictures[index]))
            }
        }
    }
}
