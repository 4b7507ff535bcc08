// SPDX-License-Identifier: Apache-2.0

import AWS
import ArgumentParser
import Daemon
import Pixelation
import Settings
import Support
import Verification
import Worker

/// The command `pixelated verify`, which examines what outputs still tell about their sources.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove what the bytes of outputs still tell about their sources.",
        discussion: """
            The command shows that a file has at most N x N colours, in N x N rectangles, and beside them a colour \
            profile only: no EXIF, XMP, thumbnail, comment or other metadata, and no data behind the end. It prints \
            how much is left, such as "64 cells, 1,536 bits". JPEG files are lossy: their coefficients are shown to be \
            those of such a picture, within the rounding of the format.

            Each finding is a line with its place in the file and what it can reveal. N is the number in the name, as \
            in pixelated-8x8-photo.jpg, or that of --blocks. Objects in S3 need the permission s3:GetObject alone; \
            their metadata (x-amz-meta-...), which have the name of the source, are not examined.

            Exit status: 0 when all files are verified, 1 when one has more or cannot be read, and the classes of the \
            service's exit status for errors of AWS.
            """)

    @Argument(
        help: ArgumentHelp(
            "JPEG, PNG, GIF and WebP files, and objects in S3 as s3://bucket/key.", valueName: "file"),
        completion: .file())
    var files: [LocalPath]

    @Option(
        help: ArgumentHelp(
            "Number of blocks along each side, 1...256. Default: the number in the name of the file.",
            valueName: "number"))
    var blocks: Int?

    @OptionGroup var arguments: ConfigurationArguments

    @Flag(help: "Print JSON, one object per file.")
    var json = false

    func validate() throws {
        if let blocks, !(1...256).contains(blocks) { throw ValidationError("--blocks must be 1...256") }
        for file in files {
            if size(of: file) == nil {
                throw ValidationError(
                    "\(file): the name has no number of blocks such as pixelated-8x8-; use --blocks")
            }
            if let location = Self.location(file), location.key.isEmpty || location.key.hasSuffix("/") {
                throw ValidationError("\(file) is not of the form s3://bucket/key")
            }
        }
    }

    func run() async throws {
        let settings = try arguments.load(service: false)
        let decoders = Decoders(settings.isolation, settings.pixelation, count: 1, onEvent: { _ in })
        defer { decoders.shutDown() }
        try decoders.requireOne()
        let verifier = OutputVerifier(limits: settings.pixelation.limits, reducer: decoders.reducer)
        let limit = settings.pixelation.limits.bytes
        var report = VerifyReport(isJSON: json)
        let objects = files.compactMap(Self.location)
        for file in files where Self.location(file) == nil {
            try examine(file, verifier, &report) { try LocalFile.read(file, limit: limit) }
        }
        if !objects.isEmpty {
            report = try await CommandSession.run(settings, command: "verify") { [report] session in
                var report = report
                for file in files {
                    guard let location = Self.location(file) else { continue }
                    let client = session.aws.s3(outputBucket: location.bucket)
                    let object = ObjectReference(bucket: location.bucket, key: location.key)
                    let read: Result<[UInt8], any Error>
                    do {
                        read = .success(try await S3Store(client).get(object, maximumBytes: limit).bytes)
                    } catch {
                        read = .failure(error)
                    }
                    try examine(file, verifier, &report) { try read.get() }
                }
                return report
            }
        }
        try report.finish()
        guard let reason = report.reason else { return }
        throw ExitCode(reason.rawValue)
    }

    /// Reads and examines a file, and adds it to the report.
    private func examine(
        _ file: LocalPath, _ verifier: OutputVerifier, _ report: inout VerifyReport,
        _ read: () throws -> [UInt8]
    ) throws {
        guard let size = size(of: file) else { return }
        let examination: Examination
        do {
            examination = try verifier.verify(try read(), size: size)
        } catch let error as LocalFile.Failure {
            return report.addFailure("\(error)", .failure)
        } catch let error as WorkerError where [.notFound, .archived, .tooLarge].contains(error.kind) {
            // As for a local file that cannot be read.
            return report.addFailure("\(file): \(error)", .failure)
        } catch {
            return report.addFailure("\(file): \(error)", ExitReason(error))
        }
        try report.add(examination, of: "\(file)")
    }

    /// Returns the bucket and the key of an object; nil for a local file.
    private static func location(_ file: LocalPath) -> (bucket: String, key: String)? {
        guard let text = String(validating: file.bytes, as: UTF8.self) else { return nil }
        return S3Location.parse(text).map { ($0.bucket, $0.prefix) }
    }

    /// Returns the number of blocks of a file.
    private func size(of file: LocalPath) -> Int? {
        if let blocks { return blocks }
        let name = String(decoding: file.lastComponent, as: UTF8.self)
        guard let match = name.firstMatch(of: /([0-9]{1,3})x\1-/), let size = Int(match.1) else { return nil }
        return (1...256).contains(size) ? size : nil
    }
}
