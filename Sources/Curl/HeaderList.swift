// SPDX-License-Identifier: Apache-2.0

import CLibCurl

/// The header lines of one request as a list that libcurl reads (`curl_slist`). The deinitializer frees the list.
///
/// The list is made here and not by `curl_slist_append`, which allocates memory twice for each line and copies it from
/// a C string that has to be made first.
struct HeaderList: ~Copyable {
    private(set) var head: UnsafeMutablePointer<curl_slist>?
    private var last: UnsafeMutablePointer<curl_slist>?

    deinit {
        var next = head
        while let node = next {
            next = node.pointee.next
            UnsafeMutableRawPointer(node).deallocate()
        }
    }

    /// Appends a line that consists of three texts without NUL.
    mutating func append(_ start: String, _ middle: String = "", _ end: String = "") {
        let nodeBytes = MemoryLayout<curl_slist>.stride
        let textBytes = start.utf8.count + middle.utf8.count + end.utf8.count
        // One allocation for the node and its text.
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: nodeBytes + textBytes + 1, alignment: MemoryLayout<curl_slist>.alignment)
        var at = nodeBytes
        for part in [start, middle, end] {
            UnsafeMutableRawBufferPointer(rebasing: memory[at...]).copyBytes(from: part.utf8)
            at += part.utf8.count
        }
        memory[at] = 0
        guard let address = memory.baseAddress else { return }
        let node = address.bindMemory(to: curl_slist.self, capacity: 1)
        node.initialize(
            to: curl_slist(data: (address + nodeBytes).assumingMemoryBound(to: CChar.self), next: nil))
        if let last { last.pointee.next = node } else { head = node }
        last = node
    }
}
