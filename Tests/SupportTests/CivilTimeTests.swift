// SPDX-License-Identifier: Apache-2.0

import Foundation
import Support
import Testing

struct CivilTimeTests {
    /// The seconds were computed with GNU date: `date -u -d TEXT +%s`.
    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (68_169_599, "1972-02-28T23:59:59Z"),
        (68_169_600, "1972-02-29T00:00:00Z"),
        (68_256_000, "1972-03-01T00:00:00Z"), (784_111_777, "1994-11-06T08:49:37Z"),
        (951_782_400, "2000-02-29T00:00:00Z"), (951_868_800, "2000-03-01T00:00:00Z"),
        (978_307_199, "2000-12-31T23:59:59Z"), (1_440_938_160, "2015-08-30T12:36:00Z"),
        (2_147_483_648, "2038-01-19T03:14:08Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ])
    func `a known time is converted in both directions`(seconds: Int, text: String) throws {
        let time = CivilTime(secondsSinceEpoch: seconds)
        #expect(time.rfc3339 == text)
        #expect(time.secondsSinceEpoch == seconds)
        let fields = text.split { "-T:Z".contains($0) }.compactMap { Int($0) }
        let parsed = try #require(
            CivilTime(
                year: fields[0], month: fields[1], day: fields[2], hour: fields[3], minute: fields[4],
                second: fields[5]))
        #expect(parsed == time)
    }

    @Test func `every day to 2500 and the end of February of each century agree with Foundation`() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        let centuries = try stride(from: 2100, to: 10_000, by: 100).flatMap { year in
            let date = try #require(calendar.date(from: DateComponents(year: year, month: 2, day: 27)))
            let day = Int(date.timeIntervalSince1970) / 86_400
            return day..<(day + 4)
        }
        for day in Array(0..<193_600) + centuries {
            let seconds = day * 86_400 + day % 86_400
            let time = CivilTime(secondsSinceEpoch: seconds)
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second],
                from: Date(timeIntervalSince1970: Double(seconds)))
            try #require(
                [time.year, time.month, time.day, time.hour, time.minute, time.second]
                    == [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second])
            try #require(time.secondsSinceEpoch == seconds)
        }
    }

    @Test func `seconds outside the range become its nearest bound`() {
        for seconds in [Int.min, -1, 0] {
            #expect(CivilTime(secondsSinceEpoch: seconds).basicFormat == "19700101T000000Z")
        }
        for seconds in [253_402_300_799, 253_402_300_800, Int.max] {
            #expect(CivilTime(secondsSinceEpoch: seconds).basicFormat == "99991231T235959Z")
        }
    }

    @Test func `each format has leading zeros`() {
        let time = CivilTime(secondsSinceEpoch: 1_041_483_845)
        #expect(time.date == "2003-01-02")
        #expect(time.timeOfDay == "05:04:05")
        #expect(time.rfc3339 == "2003-01-02T05:04:05Z")
        #expect(time.basicFormat == "20030102T050405Z")
    }

    @Test func `a leap second equals the first second of the next minute`() throws {
        let leap = try #require(
            CivilTime(year: 2016, month: 12, day: 31, hour: 23, minute: 59, second: 60))
        #expect(leap.secondsSinceEpoch == 1_483_228_800)
        #expect(leap.timeOfDay == "23:59:60")
    }

    @Test(arguments: [
        [1969, 12, 31, 0, 0, 0], [10_000, 1, 1, 0, 0, 0], [2001, 0, 1, 0, 0, 0], [2001, 13, 1, 0, 0, 0],
        [2001, 1, 0, 0, 0, 0], [2001, 1, 32, 0, 0, 0], [2001, 4, 31, 0, 0, 0], [2001, 2, 29, 0, 0, 0],
        [2100, 2, 29, 0, 0, 0], [2000, 2, 30, 0, 0, 0], [2001, 1, 1, 24, 0, 0], [2001, 1, 1, -1, 0, 0],
        [2001, 1, 1, 0, 60, 0], [2001, 1, 1, 0, 0, 61], [2001, 1, 1, 0, 0, -1],
    ])
    func `a field outside its range makes no time`(fields: [Int]) {
        #expect(
            CivilTime(
                year: fields[0], month: fields[1], day: fields[2], hour: fields[3], minute: fields[4],
                second: fields[5]) == nil)
    }
}
