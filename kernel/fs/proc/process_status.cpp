// stat, status, statm, comm, limits, io of a process or task, in Linux's formats (proc(5)).
#include "fs/proc/process_entries.h"
#include "mm/address_space.h"
#include "vfs/fd_table.h"
#include "vfs/fs_context.h"

namespace martlet {
namespace {

using ulong = unsigned long long;

constexpr u64 kNanosecondsPerTick = 10'000'000; // USER_HZ is 100
constexpr u32 kPageKib = kPageSize / kKiB;

ProcessInfo info_of(const ProcSubject& subject) {
    return subject.task ? task_info(*subject.task) : process_info(*subject.process);
}

/// The name with what would break the line escaped, as Linux does in status.
void print_name(TextBuffer& text, const char* name) {
    for (; *name != '\0'; ++name) {
        if (*name == '\n') text.append("\\n");
        else if (*name == '\\') text.append("\\\\");
        else text.append({name, 1});
    }
}

const char* state_name(char state) {
    switch (state) {
    case 'R': return "R (running)";
    case 'S': return "S (sleeping)";
    case 'D': return "D (disk sleep)";
    case 'T': return "T (stopped)";
    case 't': return "t (tracing stop)";
    case 'Z': return "Z (zombie)";
    default: return "X (dead)";
    }
}

} // namespace

Result<void> show_stat(TextBuffer& text, const ProcSubject& subject) {
    constexpr u32 kKernelThreadFlag = 0x0020'0000, kUserFlag = 0x0040'0000;
    ProcessInfo info = info_of(subject);
    Ref<AddressSpace> space = process_address_space(*subject.process);
    AddressSpace::Sizes sizes{};
    ProgramLayout layout;
    bool may_see = space && may_inspect(*subject.process);
    if (space) sizes = space->sizes();
    if (may_see) layout = space->layout;
    int id = subject.task ? subject.task->thread_id() : info.process_id;
    text.print("%d (%s) %c %d %d %d %d %d %u", id, info.name, info.state, info.parent_id, info.group_id,
               info.session_id, static_cast<int>(info.terminal_device), info.foreground_group_id,
               info.is_kernel_thread ? kKernelThreadFlag : kUserFlag);
    text.print(" %llu 0 %llu 0", static_cast<ulong>(info.minor_faults), static_cast<ulong>(info.major_faults));
    text.print(" %llu %llu %llu %llu", static_cast<ulong>(info.user_time_ns / kNanosecondsPerTick),
               static_cast<ulong>(info.system_time_ns / kNanosecondsPerTick),
               static_cast<ulong>(info.children_user_time_ns / kNanosecondsPerTick),
               static_cast<ulong>(info.children_system_time_ns / kNanosecondsPerTick));
    // A real-time thread's priority counts down from -2 (proc(5), field 18).
    const SchedulingParameters& scheduling = info.scheduling;
    int priority = scheduling.real_time_priority != 0 ? -1 - static_cast<int>(scheduling.real_time_priority)
                                                      : 20 + scheduling.nice;
    text.print(" %d %d %u 0 %llu", priority, scheduling.nice, info.thread_count,
               static_cast<ulong>(info.start_time_ns / kNanosecondsPerTick));
    text.print(" %llu %llu %llu", static_cast<ulong>(sizes.total_pages * kPageSize),
               static_cast<ulong>(sizes.resident_pages),
               static_cast<ulong>(process_limit(*subject.process, Resource::Rss).soft));
    text.print(" %llu %llu %llu 0 0", static_cast<ulong>(layout.code_start), static_cast<ulong>(layout.code_end),
               static_cast<ulong>(layout.stack_start));
    constexpr u64 kStandardSignals = 0x7fff'ffff;
    SignalSet pending = info.pending | info.shared_pending;
    text.print(" %llu %llu %llu %llu 0 0 0", static_cast<ulong>(pending.bits() & kStandardSignals),
               static_cast<ulong>(info.blocked.bits() & kStandardSignals),
               static_cast<ulong>(info.ignored.bits() & kStandardSignals),
               static_cast<ulong>(info.caught.bits() & kStandardSignals));
    text.print(" %d %u %u %u 0 0 0", info.exit_signal, info.last_cpu, scheduling.real_time_priority,
               static_cast<u32>(scheduling.policy));
    text.print(" %llu %llu %llu %llu %llu %llu %llu %d\n", static_cast<ulong>(layout.data_start),
               static_cast<ulong>(layout.data_end), static_cast<ulong>(layout.break_start),
               static_cast<ulong>(layout.arguments_start), static_cast<ulong>(layout.arguments_end),
               static_cast<ulong>(layout.environment_start), static_cast<ulong>(layout.environment_end),
               may_inspect(*subject.process) ? info.exit_status : 0);
    return {};
}

Result<void> show_statm(TextBuffer& text, const ProcSubject& subject) {
    Ref<AddressSpace> space = process_address_space(*subject.process);
    AddressSpace::Sizes sizes{};
    if (space) sizes = space->sizes();
    text.print("%llu %llu %llu %llu 0 %llu 0\n", static_cast<ulong>(sizes.total_pages),
               static_cast<ulong>(sizes.resident_pages), static_cast<ulong>(sizes.shared_pages),
               static_cast<ulong>(sizes.text_pages),
               static_cast<ulong>(sizes.data_pages + sizes.stack_pages));
    return {};
}

namespace {

void show_identity(TextBuffer& text, const ProcSubject& subject, const ProcessInfo& info) {
    Ref<FsContext> context = process_fs_context(*subject.process);
    Ref<FdTable> files = process_files(*subject.process);
    Ref<const Credentials> credentials = process_credentials(*subject.process);
    int id = subject.task ? subject.task->thread_id() : info.process_id;
    text.append("Name:\t");
    print_name(text, info.name);
    text.append("\n");
    if (context) text.print("Umask:\t%04o\n", context->umask());
    text.print("State:\t%s\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t%d\n",
               state_name(info.state), subject.process->id(), id, info.parent_id, info.tracer_id);
    if (credentials) {
        text.print("Uid:\t%u\t%u\t%u\t%u\n", credentials->real_uid, credentials->effective_uid,
                   credentials->saved_uid, credentials->fs_uid);
        text.print("Gid:\t%u\t%u\t%u\t%u\n", credentials->real_gid, credentials->effective_gid,
                   credentials->saved_gid, credentials->fs_gid);
    } else {
        text.append("Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n");
    }
    u32 slots = 64;
    if (files)
        while (slots < files->open_count()) slots *= 2;
    text.print("FDSize:\t%u\nGroups:\t", files ? slots : 0);
    if (credentials)
        for (u32 index = 0; index < credentials->groups.size(); ++index)
            text.print(index == 0 ? "%u" : " %u", credentials->groups[index]);
    text.print(" \nNStgid:\t%d\nNSpid:\t%d\nNSpgid:\t%d\nNSsid:\t%d\n", subject.process->id(), id,
               info.group_id, info.session_id);
}

void show_memory(TextBuffer& text, const ProcSubject& subject) {
    Ref<AddressSpace> space = process_address_space(*subject.process);
    if (!space) return;
    AddressSpace::Sizes sizes = space->sizes();
    auto line = [&](const char* name, u64 kib) { text.print("%s:\t%8llu kB\n", name, static_cast<ulong>(kib)); };
    u64 anonymous = sizes.resident_pages > sizes.shared_pages ? sizes.resident_pages - sizes.shared_pages : 0;
    line("VmPeak", sizes.peak_total_pages * kPageKib);
    line("VmSize", sizes.total_pages * kPageKib);
    line("VmLck", sizes.locked_pages * kPageKib);
    line("VmPin", 0);
    line("VmHWM", sizes.peak_resident_pages * kPageKib);
    line("VmRSS", sizes.resident_pages * kPageKib);
    line("RssAnon", anonymous * kPageKib);
    line("RssFile", sizes.shared_pages * kPageKib);
    line("RssShmem", 0);
    line("VmData", sizes.data_pages * kPageKib);
    line("VmStk", sizes.stack_pages * kPageKib);
    u64 program_pages = align_up(space->layout.code_end, kPageSize) / kPageSize - space->layout.code_start / kPageSize;
    if (program_pages > sizes.text_pages) program_pages = sizes.text_pages;
    line("VmExe", program_pages * kPageKib);
    line("VmLib", (sizes.text_pages - program_pages) * kPageKib);
    line("VmPTE", sizes.page_table_bytes / kKiB);
    line("VmSwap", 0);
    line("HugetlbPages", 0);
    text.print("CoreDumping:\t0\nTHP_enabled:\t%u\n", space->refuses_large_pages ? 0 : 1);
}

void show_signals(TextBuffer& text, const ProcSubject& subject, const ProcessInfo& info) {
    text.print("Threads:\t%u\nSigQ:\t%llu/%llu\n", info.thread_count, static_cast<ulong>(info.queued_signals),
               static_cast<ulong>(info.queued_signals_limit));
    auto line = [&](const char* name, u64 bits) { text.print("%s:\t%016llx\n", name, static_cast<ulong>(bits)); };
    line("SigPnd", info.pending.bits());
    line("ShdPnd", info.shared_pending.bits());
    line("SigBlk", info.blocked.bits());
    line("SigIgn", info.ignored.bits());
    line("SigCgt", info.caught.bits());
    Ref<const Credentials> credentials = process_credentials(*subject.process);
    line("CapInh", credentials ? credentials->inheritable : 0);
    line("CapPrm", credentials ? credentials->permitted : 0);
    line("CapEff", credentials ? credentials->effective : 0);
    line("CapBnd", credentials ? credentials->bounding : 0);
    line("CapAmb", credentials ? credentials->ambient : 0);
}

} // namespace

Result<void> show_status(TextBuffer& text, const ProcSubject& subject) {
    ProcessInfo info = info_of(subject);
    show_identity(text, subject, info);
    show_memory(text, subject);
    show_signals(text, subject, info);
    Ref<Task> task = subject.task ? subject.task : next_task(*subject.process, 0);
    u32 cpus = online_cpu_count();
    u64 present = cpus >= 64 ? ~0ull : (1ull << cpus) - 1;
    u64 allowed = task ? task->affinity() & present : present;
    text.print("NoNewPrivs:\t%d\nSeccomp:\t%u\nSeccomp_filters:\t%u\n", info.no_new_privileges ? 1 : 0,
               info.seccomp_mode, info.seccomp_filters);
    text.append("Speculation_Store_Bypass:\tvulnerable\nSpeculationIndirectBranch:\talways enabled\n");
    text.print("Cpus_allowed:\t%llx\nCpus_allowed_list:\t", static_cast<ulong>(allowed));
    print_bit_list(text, allowed);
    text.print("\nMems_allowed:\t1\nMems_allowed_list:\t0\nvoluntary_ctxt_switches:\t%llu\nnonvoluntary_ctxt_"
               "switches:\t%llu\n",
               static_cast<ulong>(info.voluntary_switches), static_cast<ulong>(info.involuntary_switches));
    return {};
}

Result<void> show_comm(TextBuffer& text, const ProcSubject& subject) {
    text.print("%s\n", info_of(subject).name);
    return {};
}

Result<void> store_comm(std::string_view text, const ProcSubject& subject) {
    // Only from inside: the thread group's own tasks.
    if (&current_task().process() != subject.process.get()) return Error(Errno::EINVAL);
    Ref<Task> task = subject.task ? subject.task : find_task(subject.process->id());
    if (!task) return Error(Errno::ESRCH);
    task->set_name(text);
    return {};
}

Result<void> show_limits(TextBuffer& text, const ProcSubject& subject) {
    struct Row {
        const char *name, *unit;
    };
    constexpr Row kRows[] = {
        {"Max cpu time", "seconds"},    {"Max file size", "bytes"},      {"Max data size", "bytes"},
        {"Max stack size", "bytes"},    {"Max core file size", "bytes"}, {"Max resident set", "bytes"},
        {"Max processes", "processes"}, {"Max open files", "files"},     {"Max locked memory", "bytes"},
        {"Max address space", "bytes"}, {"Max file locks", "locks"},     {"Max pending signals", "signals"},
        {"Max msgqueue size", "bytes"}, {"Max nice priority", ""},       {"Max realtime priority", ""},
        {"Max realtime timeout", "us"}};
    text.print("%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
    for (usize index = 0; index < std::size(kRows); ++index) {
        ResourceLimit limit = process_limit(*subject.process, static_cast<Resource>(index));
        text.print("%-25s ", kRows[index].name);
        for (u64 value : {limit.soft, limit.hard}) {
            if (value == kUnlimited) text.print("%-20s ", "unlimited");
            else text.print("%-20llu ", static_cast<ulong>(value));
        }
        text.print("%-10s\n", kRows[index].unit);
    }
    return {};
}

} // namespace martlet
