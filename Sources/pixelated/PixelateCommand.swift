// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import Dispatch
import Pixelation
import Settings
import Support

struct PixelateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pixelate",
        abstract: "Pixelate files, exactly as the service does it.",
        discussion: """
            DIR/pixelated-8x8-NAME and so on are written for every FILE; DIR is made when it is missing. The exit
            status is 0 only when every file succeeded.
            """)

    @Argument(help: ArgumentHelp("Pictures.", valueName: "file"), completion: .file())
    var files: [String]

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Where the outputs go.", valueName: "dir"),
        completion: .directory)
    var output: String

    @Option(help: ArgumentHelp("Blocks along each side: 8,16,32,48,64.", valueName: "numbers"))
    var sizes: String?

    @Option(
        help:
            "upright: turned as EXIF says, with the colour profile. reference: byte for byte the original's.")
    var metadata = MetadataPolicy.upright

    @Option(help: "What becomes of a file that ends before its picture does: refuse or accept.")
    var truncated = TruncationPolicy.refuse

    @Option(help: ArgumentHelp("Put in front of the file names.", valueName: "prefix"))
    var namePrefix = Naming.defaultPrefix

    private var options: PixelationOptions {
        get throws {
            var options = PixelationOptions()
            options.metadata = metadata
            options.truncated = truncated
            if let sizes {
                let numbers = sizes.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
                guard !numbers.contains(nil) else {
                    throw ValidationError("--sizes must be numbers with commas between them (got \(sizes))")
                }
                options.sizes = numbers.compactMap(\.self)
            }
            if let problem = options.problems().first {
                throw ValidationError("--sizes: must be \(problem.expected) (got \(problem.got))")
            }
            return options
        }
    }

    func validate() throws {
        _ = try options
        if namePrefix.contains("/") { throw ValidationError("--name-prefix must not contain a slash") }
    }

    func run() throws {
        do throws(LocalFile.Failure) {
            try LocalFile.makeFolder(output)
        } catch {
            complain("\(error)")
            throw ExitCode(ExitReason.failure.rawValue)
        }
        let options = try options
        let batch = LocalBatch(
            pixelator: Pixelator(options), naming: Naming(prefix: namePrefix), folder: output,
            limits: options.limits)
        let failures = Locked(0)
        // As many at once as there are processors.
        DispatchQueue.concurrentPerform(iterations: files.count) { index in
            guard let problem = batch.pixelate(files[index]) else { return }
            complain(problem)
            failures.withLock { $0 += 1 }
        }
        if failures.withLock({ $0 }) > 0 { throw ExitCode(ExitReason.failure.rawValue) }
    }
}

extension MetadataPolicy: ExpressibleByArgument {}
extension TruncationPolicy: ExpressibleByArgument {}

/// One file after the other through the engine.
struct LocalBatch: Sendable {
    let pixelator: Pixelator
    let naming: Naming
    let folder: String
    let limits: PixelationLimits

    /// What went wrong, or nil.
    func pixelate(_ path: String) -> String? {
        do {
            let bytes = try LocalFile.read(path, limit: limits.bytes)
            let picture = try pixelator.pixelate(bytes)
            let name = path.split(separator: "/").last.map(String.init) ?? path
            for output in picture.outputs {
                try LocalFile.write(
                    output.bytes, to: folder + "/" + naming.name(for: name, size: output.size))
            }
            return nil
        } catch let failure as LocalFile.Failure {
            return "\(failure)"
        } catch {
            return "\(path): \(error)"
        }
    }
}
