// SPDX-License-Identifier: Apache-2.0

/// The program that the engine is compared with: a Python program that opens a picture and then, for each of five
/// sizes, shrinks, enlarges and saves it with Pillow. It does so with each frame of an animation.
struct Reference {
    /// The name or the path of the Python interpreter.
    let python: String
    /// True when the Python interpreter can import Pillow.
    let isPresent: Bool

    init(python: String) {
        self.python = python
        isPresent = Child.output([python, "-c", "import PIL.Image"], silent: true) != nil
    }

    private static let program = """
        import io, sys, time
        from PIL import Image, ImageSequence

        def memory(field):
            with open("/proc/self/status") as f:
                return next(int(line.split()[1]) * 1024 for line in f if line.startswith(field))

        def pixelated(image, n):
            return image.resize((n, n), Image.BILINEAR).resize(image.size, Image.NEAREST)

        Image.new("RGB", (8, 8)).resize((4, 4)).save(io.BytesIO(), "JPEG")
        idle = memory("VmRSS:")
        with open("/proc/self/clear_refs", "w") as f:
            f.write("5")
        with open(sys.argv[1], "rb") as f:
            data = f.read()
        best = float("inf")
        for _ in range(int(sys.argv[2])):
            start = time.thread_time()
            written = 0
            for n in (8, 16, 32, 48, 64):
                image = Image.open(io.BytesIO(data))
                file = io.BytesIO()
                if image.format in ("GIF", "WEBP") and image.n_frames > 1:
                    frames, times = [], []
                    for frame in ImageSequence.Iterator(image):
                        frames.append(pixelated(frame, n))
                        times.append(frame.info.get("duration", 0))
                    frames[0].save(
                        file, image.format, save_all=True, append_images=frames[1:], duration=times,
                        loop=image.info.get("loop", 0))
                else:
                    pixelated(image, n).save(file, image.format)
                written += len(file.getvalue())
            best = min(best, time.thread_time() - start)
        print(best * 1e3, memory("VmHWM:") - idle, written)
        """

    /// The measured values of the Python program.
    struct Finding {
        /// The CPU time of the fastest run in milliseconds.
        var milliseconds: Double
        /// The peak memory of the process less that of the idle process, in megabytes.
        var megabytes: Double
        /// The number of bytes of the five outputs.
        var bytes: Int
    }

    /// Runs the Python program for a file in a child process and returns the measured values; nil if Pillow is not
    /// installed or the program fails.
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - runs: The number of runs, of which the fastest counts.
    func measure(_ path: String, runs: Int) -> Finding? {
        guard isPresent else { return nil }
        let words = Child.output([python, "-c", Self.program, path, "\(runs)"])?
            .split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        guard let words, words.count == 3 else { return nil }
        return Finding(milliseconds: words[0], megabytes: words[1] / 1e6, bytes: Int(words[2]))
    }
}
