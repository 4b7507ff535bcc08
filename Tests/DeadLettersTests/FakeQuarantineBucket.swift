// SPDX-License-Identifier: Apache-2.0

import AWS
import DeadLetters
import Support

/// A bucket of a quarantine with pages of seven objects.
final class FakeQuarantineBucket: QuarantineBucket {
    private let objects: Locked<[String: String]>

    init(_ objects: [String: String]) { self.objects = Locked(objects) }

    var keys: [String] { objects.withLock { $0.keys.sorted() } }

    func page(after key: String?) -> ObjectPage {
        let keys = keys.filter { $0 > (key ?? "") }
        return ObjectPage(
            objects: keys.prefix(7).map { ListedObject(key: $0, modified: 5000) }, isLast: keys.count <= 7)
    }

    func content(of key: String) -> String? { objects.withLock { $0[key] } }

    func delete(_ key: String) { objects.withLock { $0[key] = nil } }
}
