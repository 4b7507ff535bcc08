// SPDX-License-Identifier: Apache-2.0

import Glibc
import Settings
import Support

/// The search for all files below a folder.
///
/// Hidden files and folders are left out, as are files that are neither regular nor symbolic links to regular ones.
/// Symbolic links to folders are followed. Each folder is searched once, on its path without links if it has one, so
/// that the search ends also when links form a loop.
struct FolderWalk {
    struct File: Equatable {
        var path: LocalPath
        /// The path below the folder at which the search began.
        var relative: [UInt8]
    }

    /// A folder to search.
    private struct Folder {
        var path: LocalPath
        /// The path below the first folder with a slash at its end; empty for the first folder.
        var prefix: [UInt8]
    }

    /// The files in the order of their relative paths.
    private(set) var files: [File] = []
    private(set) var failures: [PictureFailure] = []
    private var searched: Set<FileIdentity> = []
    private var folders: [Folder]
    /// The folders that symbolic links lead to. They are searched after the others.
    private var linked: [Folder] = []
    private let excluded: FileIdentity?
    private let cancellation: Cancellation

    /// Searches a folder, until the end or a cancellation.
    ///
    /// - Parameter excluded: A folder below `root` that is left out.
    init(_ root: LocalPath, excluding excluded: FileIdentity?, _ cancellation: Cancellation) {
        self.excluded = excluded
        self.cancellation = cancellation
        folders = [Folder(path: root, prefix: [])]
        while !cancellation.isCancelled, let folder = folders.popLast() ?? linked.popLast() { search(folder) }
        files.sort { $0.relative.lexicographicallyPrecedes($1.relative) }
    }

    private mutating func search(_ folder: Folder) {
        let descriptor = folder.path.withCString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0, let stream = fdopendir(descriptor) else {
            fail("open", folder.path)
            if descriptor >= 0 { close(descriptor) }
            return
        }
        defer { closedir(stream) }
        let identity = FileIdentity(status)
        guard folder.prefix.isEmpty || identity != excluded, searched.insert(identity).inserted else {
            return
        }
        while !cancellation.isCancelled {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { fail("readdir", folder.path) }
                return
            }
            add(Self.name(of: entry), type: Int32(entry.pointee.d_type), in: folder)
        }
    }

    private mutating func add(_ name: [UInt8], type: Int32, in folder: Folder) {
        guard name.first != UInt8(ascii: ".") else { return }
        let path = folder.path.appending(name)
        var type = type
        let isLink = type == Int32(DT_LNK) || type == Int32(DT_UNKNOWN)
        if isLink {
            var status = stat()
            guard path.withCString({ stat($0, &status) }) == 0 else { return fail("stat", path) }
            type = Int32(status.st_mode & S_IFMT) >> 12
        }
        let relative = folder.prefix + name
        switch type {
        case Int32(DT_REG): files.append(File(path: path, relative: relative))
        case Int32(DT_DIR):
            let found = Folder(path: path, prefix: relative + [UInt8(ascii: "/")])
            if isLink { linked.append(found) } else { folders.append(found) }
        default: break
        }
    }

    private mutating func fail(_ call: String, _ path: LocalPath) {
        failures.append(PictureFailure(.unreadable, LocalFile.Failure(call: call, path: path, code: errno)))
    }

    /// Returns the name of an entry. The memory behind it may be shorter than the array that `dirent` declares.
    private static func name(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
        let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
        let start = UnsafeRawPointer(entry) + offset
        return Array(
            UnsafeRawBufferPointer(start: start, count: strlen(start.assumingMemoryBound(to: CChar.self))))
    }
}
