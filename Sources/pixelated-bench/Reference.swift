// SPDX-License-Identifier: Apache-2.0

/// What the seed did, with Pillow: five times open, shrink, blow up, save.
struct Reference {
    let python: String
    let isPresent: Bool

    init(python: String) {
        self.python = python
        isPresent = Child.output([python, "-c", "import PIL.Image"], silent: true) != nil
    }

    private static let program = """
        import io, sys, time
        from PIL import Image
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
        print(best * 1e3)
        """

    /// CPU milliseconds of the best of `runs`.
    func milliseconds(_ path: String, runs: Int) -> Double? {
        guard isPresent else { return nil }
        return Child.output([python, "-c", Self.program, path, "\(runs)"])
            .flatMap { $0.split(separator: "\n").first }.flatMap { Double($0) }
    }
}
