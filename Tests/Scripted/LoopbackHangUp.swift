// SPDX-License-Identifier: Apache-2.0

/// The error of a script whose peer has closed the connection or whose server has been stopped.
package struct LoopbackHangUp: Error {}
