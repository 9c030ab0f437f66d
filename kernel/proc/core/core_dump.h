// Core dumps (core(5)): the memory and registers of a process that a signal ends, as an ELF file that debuggers open.
//
// The task that takes the signal begins the group exit; every other task of the process, on its way out, parks with its
// registers in place (park_for_core_dump) until the file is written. Then all go on to leave.
// ProcessSignals::lock guards Process::core_dump and the counts in it; each parked task holds a reference.
#pragma once
#include <string_view>

#include "base/ref.h"
#include "base/string.h"
#include "proc/process.h"

namespace martlet {

struct CoreDump : public RefCounted {
    explicit CoreDump(Task& task) : dumper(&task) {}
    Task* dumper;
    u32 parked_tasks = 0;
    std::atomic<bool> is_done = false;
    WaitQueue changed; // a task has parked or left, or the dump is done
};

/// For the calling task, whose process `info` ends: writes the dump if RLIMIT_CORE, the dumpable state and the file
/// system let it. Answers the wait status, with the bit for a dump.
int dump_core(const abi::SignalInfo& info);

/// At the start of a task's exit: waits for a dump that another task writes.
void park_for_core_dump();

/// /proc/sys/kernel/core_pattern: at most 127 bytes. EINVAL.
inline constexpr usize kCorePatternSize = 128;
usize core_pattern(char (&pattern)[kCorePatternSize]);
Result<void> set_core_pattern(std::string_view pattern);
/// The name of this process's core file, by the pattern. ENOMEM; EINVAL: a pipe to a program, which does not
/// exist here.
Result<String> core_file_name(const abi::SignalInfo& info);

} // namespace martlet
