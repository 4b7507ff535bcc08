// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The Python environments of the libraries that the engine is compared with, which `make_environments` makes.
struct Environments {
    /// The folder with an environment for each library.
    let folder: String

    /// The folder in which `make_environments` makes the environments, if no other is named.
    static var standardFolder: String {
        func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        let cache = value("XDG_CACHE_HOME") ?? (value("HOME") ?? "/tmp") + "/.cache"
        return (value("PIXELATOR_LOCAL_DIR") ?? cache + "/pixelated") + "/benchmark"
    }

    /// Returns the path of the Python interpreter for a library; nil if it is not installed.
    func python(_ library: Library) -> String? {
        let path = "\(folder)/\(library.environment)/bin/python"
        return access(path, X_OK) == 0 ? path : nil
    }

    /// Returns the release of a library; nil if it is not installed or is another.
    func version(_ library: Library) -> String? {
        guard let python = python(library) else { return nil }
        let text = Child.output(
            [python, Self.script("measure.py"), library.rawValue, "--version"], silent: true)
        return text.map { String($0.prefix { $0 != "\n" }) }
    }

    /// Returns the libraries that are installed, and prints a line for each of the others.
    func installed(of libraries: [Library] = Library.allCases) -> [Library] {
        libraries.filter { library in
            guard let version = version(library) else {
                print("\(library.rawValue) is not in \(folder) and is not measured")
                return false
            }
            print("\(library.rawValue): \(version)")
            return true
        }
    }

    /// Returns the CPU times in which a library makes the five outputs of files, in milliseconds, each of the fastest
    /// run; nil for a file that the library does not process.
    func milliseconds(_ library: Library, _ files: [String], runs: Int) -> [Double?] {
        guard let python = python(library),
            let text = Child.output([python, Self.script("measure.py"), library.rawValue, "\(runs)"] + files)
        else { return files.map { _ in nil } }
        return text.split(separator: "\n").map { line in
            line.split(separator: " ").first.flatMap { Double($0) }
        }
    }

    /// Returns the path of a script beside the sources of the benchmark.
    static func script(_ name: String) -> String {
        let source = #filePath
        return source.prefix(upTo: source.lastIndex(of: "/") ?? source.startIndex) + "/" + name
    }
}
