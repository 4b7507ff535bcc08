// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import Pixelation
import Settings
import Sizing
import Support

/// The command `pixelated plan`, which computes what a rate of pictures needs and costs on AWS.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Print the replicas, requests, bytes and money that a rate of pictures needs on AWS.",
        discussion: """
            The command pixelates a picture for three seconds on this machine, and computes from its processor time, \
            memory and bytes the replicas for the rate, their price and that of the requests for each million \
            pictures, and the limits of AWS in the order in which they are reached. It sends no request to AWS. The \
            output says which figures are measured and which are assumed. deploy/docs/sizing.md explains the \
            arithmetic.

            Prices are in US dollars. --prices names a JSON file that replaces some of them, with an object of their \
            names, as --json prints them, and the members date and region.
            """)

    @Option(
        help: ArgumentHelp(
            "The pictures in a second, or with /hour or /day in that time: 40/s, 1,000,000/day.",
            valueName: "number"))
    var rate: String

    @Option(
        help: ArgumentHelp(
            "The size of a generated JPEG file: 12MP for megapixels, 500KB or 2.6MB for bytes. Default: 12MP.",
            valueName: "size"))
    var size: String?

    @Option(
        help: ArgumentHelp("A picture that is measured instead of a generated one.", valueName: "file"),
        completion: .file())
    var picture: LocalPath?

    @Option(
        help: ArgumentHelp(
            "The acceptable wait of a picture for a processor in seconds, in 99 % of the cases.",
            valueName: "seconds"))
    var age = 60.0

    @Option(
        help: ArgumentHelp("A JSON file with prices that replace those of the program.", valueName: "file"),
        completion: .file())
    var prices: LocalPath?

    @Flag(help: "Print the plan as JSON.")
    var json = false

    private static let defaultSize = "12MP"
    /// The largest file of prices in bytes.
    private static let maximumPriceBytes = 1 << 20

    func validate() throws {
        guard PictureRate.parse(rate) != nil else {
            throw ValidationError(
                "--rate must be a number up to 10^12 such as 40/s, 9000/hour or 1000000/day (got \(rate))")
        }
        if size != nil, picture != nil { throw ValidationError("--size and --picture exclude each other") }
        let limits = PixelationLimits()
        let text = size ?? Self.defaultSize
        guard let parsed = PictureSize.parse(text), parsed.pixels <= limits.pixels,
            parsed.bytes <= limits.bytes
        else {
            throw ValidationError(
                "--size must be a number with MP, KB, MB or B, and at most \(limits.pixels / 1_000_000)MP"
                    + " and \(limits.bytes)B (got \(text))")
        }
        guard age > 0, age <= 1_209_600 else {
            throw ValidationError("--age must be more than 0, and at most 1209600 (got \(age))")
        }
    }

    func run() throws {
        let prices = try readPrices()
        guard let rate = PictureRate.parse(rate), let size = PictureSize.parse(size ?? Self.defaultSize)
        else { throw ExitCode.validationFailure }
        let file: [UInt8]
        if let picture {
            do throws(LocalFile.Failure) {
                file = try LocalFile.read(picture, limit: PixelationLimits().bytes)
            } catch {
                printError("\(error)")
                throw ExitCode(ExitReason.failure.rawValue)
            }
        } else {
            file = GeneratedPicture(size).bytes
        }
        let cost: PictureCost
        do {
            cost = try PictureMeasurement.cost(of: file)
        } catch let error as PixelationError {
            printError("\(picture.map { "\($0)" } ?? "the generated picture"): \(error)")
            throw ExitCode(ExitReason.failure.rawValue)
        }
        let plan = Plan(cost, rate: rate, age: age, isARM: PictureMeasurement.isARM, prices: prices)
        let report = PlanReport(plan, prices, isGenerated: picture == nil)
        try json ? StandardStreams.printJSON(report) : report.write()
    }

    /// Returns the prices of the program with those of the file.
    private func readPrices() throws -> Prices {
        var result = Prices()
        guard let prices else { return result }
        func refuse(_ reason: String) -> ExitCode {
            printError("\(prices): \(reason)")
            return .validationFailure
        }
        let value: JSONValue
        do {
            value = try JSONParser.parse(try LocalFile.read(prices, limit: Self.maximumPriceBytes))
        } catch let error as JSONParser.Failure {
            throw refuse("line \(error.line): \(error.reason)")
        } catch {
            printError("\(error)")
            throw ExitCode(ExitReason.failure.rawValue)
        }
        guard case .object(let members) = value else { throw refuse("the file must be a JSON object") }
        for member in members {
            switch (member.name, member.value) {
            case ("date", .string(let text)): result.date = text
            case ("region", .string(let text)): result.region = text
            case (let name, .number(let literal)):
                guard let item = Prices.Item(rawValue: name) else {
                    let names = Prices.Item.allCases.map(\.rawValue).joined(separator: ", ")
                    throw refuse("line \(member.line): \(name) is no price; the names are \(names)")
                }
                guard let price = Double(literal), (0...1e6).contains(price) else {
                    throw refuse("line \(member.line): \(name) must be 0 to 1000000")
                }
                result[item] = price
            default:
                throw refuse(
                    "line \(member.line): \(member.name) must be a number, and date and region are texts")
            }
        }
        return result
    }
}
