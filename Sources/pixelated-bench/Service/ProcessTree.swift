// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The CPU time and the memory of processes with all processes that they have started.
struct ProcessTree {
    let roots: [pid_t]

    /// The processes that run, each once.
    var processes: [pid_t] {
        var found: [pid_t] = []
        var rest = roots
        while let process = rest.popLast() {
            found.append(process)
            for thread in Files.names(in: "/proc/\(process)/task") {
                let children = Machine.text(of: "/proc/\(process)/task/\(thread)/children")
                rest += children.split(separator: " ").compactMap { pid_t($0) }
            }
        }
        return found
    }

    /// The CPU time of all processes in milliseconds, with that of processes that have ended.
    var cpuMilliseconds: Double {
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        return processes.reduce(0) { sum, process in
            var clock = clockid_t()
            guard clock_getcpuclockid(process, &clock) == 0 else { return sum }
            // The fields after the name of the program: cutime and cstime are the 14th and 15th (proc(5)).
            let text = Machine.text(of: "/proc/\(process)/stat")
            let fields = text.suffix(from: text.lastIndex(of: ")") ?? text.startIndex).split(separator: " ")
            let ended = fields.count > 15 ? (Double(fields[14]) ?? 0) + (Double(fields[15]) ?? 0) : 0
            return sum + CPUTime.now(clock) + ended / ticks * 1e3
        }
    }

    /// The proportional set size of all processes in megabytes: a page that several share counts once in all.
    var megabytes: Double {
        processes.reduce(0) { sum, process in
            let value = Machine.value("Pss", in: "/proc/\(process)/smaps_rollup")
            return sum + (value.flatMap { Double($0.prefix { $0.isNumber }) } ?? 0) * 1024 / 1e6
        }
    }
}
