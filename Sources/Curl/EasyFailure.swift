// SPDX-License-Identifier: Apache-2.0

import CLibCurl

/// The failure of a setter of an easy handle.
struct EasyFailure: Error {
    let code: CURLcode
}
