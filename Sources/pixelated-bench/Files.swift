// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc

/// Functions for files and folders.
enum Files {
    /// Returns the content of a file.
    ///
    /// - Throws: `ValidationError` if the file cannot be read.
    static func read(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ValidationError("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw ValidationError("\(path): cannot be examined") }
        let size = Int(status.st_size)
        return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let got = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
                guard got > 0 else { throw ValidationError("\(path): cannot be read") }
                count += got
            }
        }
    }

    /// Returns `path` itself if it is a file, or the paths of all files below the folder `path` whose names end with
    /// an ending of `endings`.
    static func pictures(_ path: String) -> [String] {
        let files = all(below: path)
        return files == [path]
            ? files
            : files.filter { file in endings.contains { file.lowercased().hasSuffix("." + $0) } }
    }

    /// The endings of the names of pictures that are measured, in lower case.
    private static let endings = ["jpg", "jpeg", "png", "gif", "webp", "heic", "avif", "tif", "tiff"]

    /// Returns `path` itself if it is a file, or the paths of all files below the folder `path`, in alphabetical order.
    static func all(below path: String) -> [String] {
        guard let folder = opendir(path) else { return [path] }
        closedir(folder)
        return names(in: path).sorted().flatMap { all(below: path + "/" + $0) }
    }

    /// Returns the names of the files and folders in a folder; none if it cannot be opened.
    static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Returns the last component of a path.
    static func name(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }
}
