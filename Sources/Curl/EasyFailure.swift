// SPDX-License-Identifier: Apache-2.0

import CLibCurl

/// The error of a function that sets an option of an easy handle.
struct EasyFailure: Error {
    let code: CURLcode
}
