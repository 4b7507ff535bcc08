// SPDX-License-Identifier: Apache-2.0

import Decoding
import Pixelation
import Sizing
import Testing

/// The arithmetic of a plan.
@Suite struct PlanTests {
    private let cost = PictureCost(
        sourceBytes: 1_000_000, megapixels: 5, outputBytes: 200_000, engineSeconds: 0.0474,
        memoryBytes: 20_000_000)

    @Test func `the wait for one processor is that of the theory of queues`() {
        // M/M/1: load / (1 - load) times the service time.
        #expect(abs(WaitingTime.mean(rate: 5, seconds: 0.1, processors: 1) - 0.1) < 1e-9)
        #expect(abs(WaitingTime.mean(rate: 9, seconds: 0.1, processors: 1) - 0.9) < 1e-9)
        #expect(WaitingTime.mean(rate: 10, seconds: 0.1, processors: 1) == .infinity)
        // Erlang's formula C(10, 8) = 0.409 has 0.409 * 0.1 / (10 - 8) = 0.0205.
        #expect(abs(WaitingTime.mean(rate: 80, seconds: 0.1, processors: 10) / 0.0205 - 1) < 0.1)
    }

    @Test(arguments: [
        (0.5, 0.1, 60.0), (4, 0.2, 0.01), (4, 0.2, 0.2), (4, 0.2, 1.5), (40, 0.1, 0.5), (3, 2, 5),
        (11_574, 0.0726, 60), (1000, 0.5, 0.01),
    ])
    func `the processors are the least with which pictures do not wait too long`(
        rate: Double, seconds: Double, age: Double
    ) {
        func suffices(_ count: Int) -> Bool {
            WaitingTime.mean(rate: rate, seconds: seconds, processors: count) * 4.605 <= age
                && rate * seconds / Double(count) <= WaitingTime.maximumLoad
        }
        let count = WaitingTime.processors(rate: rate, seconds: seconds, age: age)
        #expect(suffices(count))
        #expect(count == 1 || !suffices(count - 1), "\(count)")
    }

    @Test func `a plan has the replicas requests bytes and money of its rate`() {
        // 50 ms a picture, of which two processors do 38.6 in a second.
        let plan = Plan(cost, rate: 1000, age: 60, isARM: false)
        #expect(plan.workers == 2 && abs(plan.fleets[0].replicaRate - 38.6) < 0.01)
        // 1000 / (38.6 * 0.85) = 30.5.
        #expect(plan.fleets.map(\.replicas) == [31, 31, 31, 31])
        #expect(plan.fleets.map(\.isMeasured) == [true, false, true, false])
        // 31 * 0.08925 $ an hour, in which 3.6 million pictures are done.
        #expect(abs(plan.fleets[0].replicaPrice - 31 * 0.08925 / 3.6) < 1e-9)
        #expect(abs(plan.fleets[2].replicaPrice - 31 * (2 * 0.04048 + 4 * 0.004445) / 3.6) < 1e-9)
        // Three GET and HEAD, five PUT, and SQS: 1 + 2 / 4.226.
        #expect(abs(plan.fleets[0].requestPrice - (1.2 + 25 + 0.4 * (1 + 2 / 4.2258))) < 0.001)
        #expect(plan.bytesPerSecond == 1.2e9 && abs(plan.natPrice - 54) < 1e-9)
        #expect(abs(plan.kmsPrice - 18) < 1e-9)
    }

    @Test func `a picture with much memory leaves processors idle`() {
        var large = cost
        large.memoryBytes = 2 << 30
        let plan = Plan(large, rate: 1000, age: 60, isARM: true)
        #expect(plan.workers == 1 && plan.fleets[0].replicas == 61)
        #expect(plan.fleets.map(\.isMeasured) == [false, true, false, true])
    }

    @Test func `the first bottleneck is the limit with the lowest rate that is exceeded`() {
        let slow = Plan(cost, rate: 10, age: 60, isARM: false)
        #expect(slow.firstBottleneck == nil)
        #expect(slow.bottlenecks.map(\.rate) == slow.bottlenecks.map(\.rate).sorted())
        let plan = Plan(cost, rate: 701, age: 60, isARM: false)
        #expect(plan.firstBottleneck?.name.hasPrefix("S3: 3,500 PUT/s") == true)
        #expect(plan.firstBottleneck?.rate == 700)
        #expect(Plan(cost, rate: 1e6, age: 60, isARM: false).firstBottleneck?.rate == 700)
    }

    @Test func `the ratio of Lambda is between those of the two tables`() {
        #expect(LambdaPlan.ratio(megapixels: 0.1) == 6.84 && LambdaPlan.ratio(megapixels: 0.9) == 6.84)
        #expect(LambdaPlan.ratio(megapixels: 14) == 11.6 && LambdaPlan.ratio(megapixels: 100) == 11.6)
        #expect((9.1...9.3).contains(LambdaPlan.ratio(megapixels: 3.55)))
    }

    @Test func `prices can be replaced and have sources`() {
        var prices = Prices()
        for item in Prices.Item.allCases {
            #expect(prices[item] > 0 && item.source.hasPrefix("https://aws.amazon.com/"))
        }
        prices[.instanceX86Hour] = 0
        let plan = Plan(cost, rate: 1000, age: 60, isARM: false, prices: prices)
        #expect(plan.fleets[0].replicaPrice == 0 && plan.fleets[1].replicaPrice > 0)
    }

    @Test func `rates and sizes have units`() {
        #expect(PictureRate.parse("40") == 40 && PictureRate.parse("40/s") == 40)
        #expect(PictureRate.parse("3,600/hour") == 1 && PictureRate.parse("86_400/day") == 1)
        for text in ["", "0", "-1", "1/min", "1/", "/s", "x", "1e400", "nan", "1000000000001"] {
            #expect(PictureRate.parse(text) == nil, "\(text)")
        }
        #expect(PictureSize.parse("12MP") == PictureSize(pixels: 12_000_000, bytes: 2_232_000))
        #expect(PictureSize.parse("186kb")?.pixels == 1_000_000)
        #expect(PictureSize.parse("2.6MB")?.bytes == 2_600_000)
        #expect(PictureSize.parse("372000B")?.pixels == 2_000_000)
        for text in ["", "12", "MP", "0MP", "-1MB", "1GB"] {
            #expect(PictureSize.parse(text) == nil, "\(text)")
        }
    }

    @Test func `numbers have groups of three digits`() {
        #expect(PlanNumber.text(0, decimals: 0) == "0" && PlanNumber.text(999.5, decimals: 0) == "1,000")
        #expect(PlanNumber.text(1_234_567.008, decimals: 2) == "1,234,567.01")
        #expect(PlanNumber.text(0.05, decimals: 1) == "0.1")
    }

    @Test(arguments: [0.1, 1, 12])
    func `a generated picture has its size and is decoded without damage`(megapixels: Double) throws {
        let size = try #require(PictureSize.parse("\(megapixels)MP"))
        let file = GeneratedPicture(size).bytes
        #expect(abs(Double(file.count) / Double(size.bytes) - 1) < 0.05, "\(file.count) bytes")
        let pixelator = Pixelator(PixelationOptions(), reducer: InProcessReducer())
        let survey = try pixelator.survey(file)
        #expect(abs(Double(survey.width * survey.height) / Double(size.pixels) - 1) < 0.01)
        let picture = try pixelator.pixelate(file, survey: survey)
        #expect(picture.damage.isEmpty && picture.outputs.count == 5)
    }
}
