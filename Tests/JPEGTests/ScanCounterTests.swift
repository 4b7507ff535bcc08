// SPDX-License-Identifier: Apache-2.0

import JPEG
import Testing

/// The count of scans before decoding is tested.
@Suite struct ScanCounterTests {
    /// Returns a progressive file of 100 x 100 pixels with a number of scans. The bytes `between` precede each scan but
    /// the first.
    private func file(scans: Int, between: [UInt8] = []) -> HeaderFile {
        var file = HeaderFile().frame(0xC2, width: 100, height: 100).scan(to: 0).data(100)
        for _ in 1..<scans { file = file.raw(between).scan([1], from: 1).data(3) }
        return file.raw([0xFF, 0xD9])
    }

    @Test func `a file of more scans than allowed is refused`() {
        #expect(file(scans: 20).refusal() == nil)
        #expect(file(scans: 21).refusal() == .tooManyScans)
        #expect(file(scans: 21).refusal { $0.scans = 21 } == nil)
        #expect(file(scans: 5).refusal { $0.scans = 4 } == .tooManyScans)
    }

    @Test func `the product of scans and pixels is limited`() {
        #expect(file(scans: 5).refusal { $0.scanWork = 5 * 100 * 100 } == nil)
        #expect(file(scans: 5).refusal { $0.scanWork = 5 * 100 * 100 - 1 } == .tooManyScans)
        // A limit below the number of pixels allows no scan.
        #expect(file(scans: 1).refusal { $0.scanWork = 100 * 100 - 1 } == .tooManyScans)
    }

    @Test func `scan markers inside data and other segments are not counted`() {
        // Stuffed bytes, restart markers, fill bytes, and SOS markers inside other segments begin no scan.
        let between: [UInt8] = [
            0xFF, 0x00, 0xDA, 0xFF, 0xD0, 0xFF, 0xFF, 0xD7, 0xFF, 0x01, 0xFF, 0xFE, 0, 6, 0xFF, 0xDA, 0, 2,
        ]
        #expect(file(scans: 20, between: between).refusal() == nil)
        #expect(file(scans: 21, between: between).refusal() == .tooManyScans)
    }

    @Test func `scans after the end of the image are not counted`() {
        let scan: [UInt8] = [0xFF, 0xDA, 0, 2]
        let tail = (0..<50).flatMap { _ in scan }
        #expect(file(scans: 2).raw(tail).refusal() == nil)
    }

    @Test(
        arguments: [
            [0xFF, 0xD8, 0, 2], [0xFF, 0xC0, 0, 2], [0xFF, 0xC3, 0, 2], [0xFF, 0x55, 0, 2],
            [0xFF, 0xF7, 0, 2], [0xFF, 0xDE, 0, 2], [0xFF, 0xDD, 0, 2], [0xFF, 0xDA, 0, 2],
            [0xFF, 0xDA, 0, 12, 2],
        ] as [[UInt8]])
    func `scans behind the end of a picture are not counted when truncated files are accepted`(
        _ end: [UInt8]
    ) {
        let scan: [UInt8] = [0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 63, 0, 7]
        var cut = file(scans: 2)
        cut.bytes.removeLast(2)
        let more = cut.raw(end).raw((0..<50).flatMap { _ in scan })
        #expect(more.refusal() == .tooManyScans)
        #expect(more.refusal { $0.acceptsTruncated = true } == nil)
        #expect(file(scans: 21).refusal { $0.acceptsTruncated = true } == .tooManyScans)
    }

    @Test func `a file that ends in a marker or a segment is admitted`() {
        let start = HeaderFile().frame(0xC2, width: 100, height: 100).scan(to: 0).data(100)
        for tail in [[0xFF], [0xFF, 0xDA], [0xFF, 0xDA, 0], [0xFF, 0xFE, 0xFF, 0xFF], [0xFF, 0xC4, 0, 0]] {
            #expect(start.raw(tail.map { UInt8($0) }).refusal() == nil, "\(tail)")
        }
    }

    @Test func `the scans of a file whose first scan has all components are not counted`() {
        let scans: [UInt8] = (0..<50).flatMap { _ in [0xFF, 0xDA, 0, 2] as [UInt8] }
        #expect(HeaderFile().frame().scan().data().raw(scans).refusal() == nil)
        // A first scan of one component out of three is followed by others.
        #expect(HeaderFile().frame().scan([1]).data().raw(scans).refusal() == .tooManyScans)
    }
}
