// SPDX-License-Identifier: Apache-2.0

import Support

/// A page of the listing of a bucket.
package struct ObjectPage: Sendable, Equatable {
    /// The objects in the order of the UTF-8 bytes of their keys.
    package var objects: [ListedObject]
    /// True when no object follows the last one.
    package var isLast: Bool

    package init(objects: [ListedObject], isLast: Bool) {
        self.objects = objects
        self.isLast = isLast
    }

    /// The maximum number of elements of a response: 1000 objects with fewer than 20 elements, and those of the page.
    private static let maximumElements = 20_100

    /// Reads the response to `ListObjectsV2`. The result is nil when it is none.
    init?(_ body: [UInt8]) {
        guard let root = XMLElement.parse(body, maximumElements: Self.maximumElements),
            root.name == "ListBucketResult", let truncated = root["IsTruncated"]?.text
        else { return nil }
        // A store that does not encode keys leaves the element out.
        let isEncoded = root["EncodingType"]?.text == "url"
        objects = []
        objects.reserveCapacity(root.children.count)
        for element in root.children where element.name == "Contents" {
            guard let text = element["Key"]?.text,
                let key = isEncoded ? text.percentDecoded(plusIsSpace: true) : text, !key.isEmpty
            else { return nil }
            objects.append(
                ListedObject(
                    key: key, eTag: element["ETag"].map { ETag.unquoted($0.text) },
                    size: (element["Size"]?.text).flatMap(Int.init),
                    modified: (element["LastModified"]?.text).flatMap(HTTPDate.parseExtended)))
        }
        isLast = truncated != "true"
        // A page without objects cannot be continued.
        guard isLast || !objects.isEmpty else { return nil }
    }

    /// Returns what is wrong with the keys of this page of a listing; nil when they are in ascending order, begin with
    /// `prefix` and come after `after`. A store that ignores a parameter would make an endless or a wrong listing.
    func problem(prefix: String, after: String?) -> String? {
        var previous = after
        for object in objects {
            guard object.key.utf8.starts(with: prefix.utf8) else {
                return
                    "the key \(object.key.debugDescription.prefix(200)) does not begin with the requested prefix"
            }
            if let previous, !previous.utf8.lexicographicallyPrecedes(object.key.utf8) {
                return
                    "the key \(object.key.debugDescription.prefix(200)) does not come after "
                    + "\(previous.debugDescription.prefix(200)), although S3 lists keys in ascending order of bytes"
            }
            previous = object.key
        }
        return nil
    }
}
