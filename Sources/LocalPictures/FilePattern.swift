// SPDX-License-Identifier: Apache-2.0

import Glibc
import Settings

/// The expansion of patterns that the shell has not expanded (glob(7)).
enum FilePattern {
    /// Returns true when a path has a character of patterns.
    static func isPattern(_ path: LocalPath) -> Bool { path.bytes.contains { "*?[".utf8.contains($0) } }

    /// Returns the paths that match a pattern, in the order of their bytes; empty if there are none.
    ///
    /// - Throws: `PictureFailure` when a folder cannot be read.
    static func matches(_ pattern: LocalPath) throws(PictureFailure) -> [LocalPath] {
        var result = glob_t()
        defer { globfree(&result) }
        switch pattern.withCString({ glob($0, 0, nil, &result) }) {
        case 0: break
        case GLOB_NOMATCH: return []
        case GLOB_NOSPACE:
            throw PictureFailure(.unreadable, LocalFile.Failure(call: "glob", path: pattern, code: ENOMEM))
        default: throw PictureFailure(.unreadable, LocalFile.Failure(call: "glob", path: pattern, code: EIO))
        }
        return (0..<Int(result.gl_pathc)).compactMap { index in
            result.gl_pathv[index].map {
                LocalPath(bytes: UnsafeRawBufferPointer(start: $0, count: strlen($0)))
            }
        }
    }
}
