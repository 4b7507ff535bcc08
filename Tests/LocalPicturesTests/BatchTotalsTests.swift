// SPDX-License-Identifier: Apache-2.0

import LocalPictures
import Pixelation
import Testing

@Suite struct BatchTotalsTests {
    private let done = PictureResult.done(
        PictureResult.Outputs(format: .jpeg, width: 1, height: 1, targets: [], damage: []))

    private func totals(_ results: [PictureResult]) -> BatchTotals {
        results.reduce(into: BatchTotals()) { $0.add($1) }
    }

    @Test func `the line has the numbers that are not zero, the frequent reasons first`() {
        let corrupt = PictureResult.failed(PictureFailure(PixelationError(.corrupt, ""), of: "a"))
        let unreadable = PictureResult.failed(PictureFailure(.unreadable, "b"))
        let all = totals([done, corrupt, unreadable, .notPicture, done, corrupt, .cancelled])
        #expect(all.failed == 3 && all.pixelated == 2)
        #expect(
            all.line(interruptedOf: nil, time: .milliseconds(12_340))
                == "2 pictures pixelated, 1 not a picture, 3 failed (corrupt 2, unreadable 1), 12.3 s")
        #expect(totals([done]).line(interruptedOf: nil, time: .zero) == "1 picture pixelated, 0.0 s")
        #expect(totals([]).line(interruptedOf: nil, time: .seconds(3)) == "0 pictures pixelated, 3.0 s")
    }

    @Test func `the line of an interrupted batch has the number of files to process`() {
        #expect(
            totals([done, .cancelled]).line(interruptedOf: 7, time: .seconds(1))
                == "interrupted: 1 of 7 pictures pixelated, 1.0 s")
        #expect(
            totals([done]).line(interruptedOf: 1, time: .seconds(1))
                == "interrupted: 1 of 1 picture pixelated, 1.0 s")
    }
}
