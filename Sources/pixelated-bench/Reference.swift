// SPDX-License-Identifier: Apache-2.0

/// The reference: the original Python program, which opens, shrinks, enlarges and saves a picture five times with
/// Pillow.
struct Reference {
    let python: String
    /// True when `python` can import Pillow.
    let isPresent: Bool

    init(python: String) {
        self.python = python
        isPresent = Child.output([python, "-c", "import PIL.Image"], silent: true) != nil
    }

    private static let program = """
        import io, sys, time
        from PIL import Image

        def memory(field):
            with open("/proc/self/status") as f:
                return next(int(line.split()[1]) * 1024 for line in f if line.startswith(field))

        Image.new("RGB", (8, 8)).resize((4, 4)).save(io.BytesIO(), "JPEG")
        idle = memory("VmRSS:")
        with open("/proc/self/clear_refs", "w") as f:
            f.write("5")
        with open(sys.argv[1], "rb") as f:
            data = f.read()
        best = float("inf")
        for _ in range(int(sys.argv[2])):
            start = time.thread_time()
            for n in (8, 16, 32, 48, 64):
                image = Image.open(io.BytesIO(data))
                grid = image.resize((n, n), Image.BILINEAR)
                grid.resize(image.size, Image.NEAREST).save(io.BytesIO(), image.format)
            best = min(best, time.thread_time() - start)
        print(best * 1e3, memory("VmHWM:") - idle)
        """

    struct Finding {
        /// The CPU time of the fastest run.
        var milliseconds: Double
        /// The peak above idle.
        var megabytes: Double
    }

    /// Measures a file in a child process; nil without Pillow, or when it fails.
    func measure(_ path: String, runs: Int) -> Finding? {
        guard isPresent else { return nil }
        let words = Child.output([python, "-c", Self.program, path, "\(runs)"])?
            .split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        guard let words, words.count == 2 else { return nil }
        return Finding(milliseconds: words[0], megabytes: words[1] / 1e6)
    }
}
