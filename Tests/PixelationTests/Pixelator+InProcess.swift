// SPDX-License-Identifier: Apache-2.0

import Decoding
import Pixelation

extension Pixelator {
    /// Creates an engine that decodes in the process of the tests.
    init(_ options: PixelationOptions) { self.init(options, reducer: InProcessReducer()) }
}
