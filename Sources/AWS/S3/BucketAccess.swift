// SPDX-License-Identifier: Apache-2.0

/// The access to one or more buckets: the client with the credentials for them, and the options of the buckets.
struct BucketAccess: Sendable {
    var client: SignedClient
    var options: BucketOptions
}
