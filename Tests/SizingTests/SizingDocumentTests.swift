// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sizing
import Testing

/// The tables of deploy/docs/sizing.md are what the code computes from the figures of performance.md. With
/// `PIXELATOR_UPDATE=1` these tests write them.
@Suite(.serialized) struct SizingDocumentTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let document = root.appending(path: "deploy/docs/sizing.md")
    private static let remedy = "PIXELATOR_UPDATE=1 swift test --filter SizingTests writes it"

    /// The two kinds of pictures whose processor times performance.md has. The bytes of the outputs and the memory are
    /// those that `pixelated plan` shows.
    static let small = PictureCost(
        sourceBytes: 100_000, megapixels: 0.9, outputBytes: 200_000, engineSeconds: 0.00457,
        memoryBytes: 4_500_000)
    static let photo = PictureCost(
        sourceBytes: 2_600_000, megapixels: 14, outputBytes: 1_500_000, engineSeconds: 0.0700,
        memoryBytes: 20_000_000)

    private static func cells(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }

    private static func plans() -> [(kind: String, plan: Plan)] {
        [1e6, 1e8, 1e9].flatMap { day in
            [("small", small), ("photos", photo)].map { kind, cost in
                (kind, Plan(cost, rate: day / 86_400, age: 60, isARM: false))
            }
        }
    }

    private static var fleetTable: String {
        var table = cells([
            "pictures a day", "a second", "kind", "replicas", "GB/s", "EC2 x86 $", "EC2 Graviton $",
            "Fargate x86 $", "Fargate ARM $", "requests $", "Lambda $", "calls of Lambda at once",
            "first bottleneck",
        ])
        table += cells(Array(repeating: "---", count: 13))
        for (kind, plan) in plans() {
            let prices = plan.fleets.map { PlanNumber.text($0.price, decimals: 2) }
            table += cells(
                [
                    PlanNumber.text(plan.rate * 86_400, decimals: 0),
                    PlanNumber.text(plan.rate, decimals: 0), kind, "\(plan.fleets[0].replicas)",
                    PlanNumber.text(plan.bytesPerSecond / 1e9, decimals: 3),
                ] + prices + [
                    PlanNumber.text(plan.fleets[0].requestPrice, decimals: 2),
                    PlanNumber.text(plan.lambda.price, decimals: 2),
                    PlanNumber.text(Double(plan.lambda.concurrency), decimals: 0),
                    plan.firstBottleneck.map { String($0.name.prefix { $0 != "," && $0 != ":" }) } ?? "none",
                ])
        }
        return table
    }

    private static var limitTable: String {
        let (small, photo) = (plans()[0].plan, plans()[1].plan)
        var table = cells(["limit", "small: pictures/s", "photos: pictures/s", "what to do"])
        table += cells(["---", "---", "---", "---"])
        for limit in small.bottlenecks {
            let other = photo.bottlenecks.first { $0.name == limit.name }?.rate ?? 0
            table += cells([
                limit.name, PlanNumber.text(limit.rate, decimals: 0), PlanNumber.text(other, decimals: 0),
                limit.remedy,
            ])
        }
        return table
    }

    @Test(arguments: [("| pictures a day |", 0), ("| limit | small", 1)])
    func `the tables of sizing.md are those of the code`(head: String, index: Int) throws {
        let table = index == 0 ? Self.fleetTable : Self.limitTable
        var text = try String(contentsOf: Self.document, encoding: .utf8)
        let begin = try #require(text.range(of: head)).lowerBound
        let end = text[begin...].range(of: "\n\n")?.lowerBound ?? text.endIndex
        if ProcessInfo.processInfo.environment["PIXELATOR_UPDATE"] == "1" {
            text.replaceSubrange(begin..<end, with: table.dropLast())
            try Data(text.utf8).write(to: Self.document)
        } else {
            #expect(text[begin..<end] == table.dropLast(), "\(Self.remedy)")
        }
    }

    @Test func `the figures of the plan are near those of the benchmark`() throws {
        let text = try String(
            contentsOf: Self.root.appending(path: "deploy/docs/performance.md"), encoding: .utf8)
        let engine = try #require(
            text.firstMatch(
                of: /\| CPU a picture of the engine in one process, ms \| ([0-9.]+) \| ([0-9.]+) \|/))
        let requests = try #require(
            text.firstMatch(of: /\| requests of pixelated a picture \| ([0-9.]+) \| ([0-9.]+) \|/))
        let rows = text.matches(of: /\n\| pixelated \| ([0-9.]+) \| ([0-9.]+) \| 1.00 \|/)
        try #require(rows.count == 2)
        let measured = [(engine.1, requests.1, rows[0]), (engine.2, requests.2, rows[1])]
        for (cost, measured) in zip([Self.small, Self.photo], measured) {
            #expect(cost.engineSeconds * 1000 == Double(measured.0))
            let rate = try #require(Double(measured.2.1))
            let plan = Plan(cost, rate: 10_000, age: 60, isARM: false)
            #expect(abs(plan.fleets[0].replicaRate / rate - 1) < 0.15, "\(plan.fleets[0].replicaRate)")
            let milliseconds = try #require(Double(measured.2.2))
            #expect(abs(cost.processorSeconds * 1000 / milliseconds - 1) < 0.1)
            // The benchmark does not count the notification, which S3 sends.
            let counted = RequestCounts(outputs: 5, processRate: rate)
            #expect(abs(counted.s3 + counted.sqs - 1 - (try #require(Double(measured.1)))) < 0.2)
        }
    }

    @Test func `sizing.md states the date and the Region of the prices and each price`() throws {
        let text = try String(contentsOf: Self.document, encoding: .utf8)
        let prices = Prices()
        #expect(text.contains("prices of \(prices.region) in \(prices.date)"))
        for item in Prices.Item.allCases { #expect(text.contains("`\(item.rawValue)`"), "\(item)") }
    }
}
