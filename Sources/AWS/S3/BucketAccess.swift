// SPDX-License-Identifier: Apache-2.0

/// The client, and with it the credentials, for one or more buckets, and the options of those buckets.
struct BucketAccess: Sendable {
    var client: SignedClient
    var options: BucketOptions
}
