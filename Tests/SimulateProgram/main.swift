// SPDX-License-Identifier: Apache-2.0

import Glibc
import WorkerSimulation

exit(SimulateTool.run(Array(CommandLine.arguments.dropFirst())))
