#include "proc/seccomp/seccomp.h"

#include <string.h>

#include "base/log.h"
#include "proc/exit.h"
#include "proc/signal_internal.h"
#include "proc/trace/tracing.h"

namespace martlet {

namespace {

constexpr u32 kArchitecture = 0xc000'003e; // AUDIT_ARCH_X86_64
constexpr u32 kActionMask = 0xffff'0000, kDataMask = 0xffff;
constexpr u32 kMaximumChainInstructions = (1u << 18) / sizeof(BpfInstruction), kChainCostOfFilter = 4;

struct CallDescription { // struct seccomp_data
    u32 number, architecture;
    u64 instruction_pointer;
    u64 arguments[6];
};
static_assert(sizeof(CallDescription) == 64);

CallDescription describe(const TrapFrame& frame) {
    return {static_cast<u32>(frame.orig_rax), kArchitecture, frame.rip,
            {frame.rdi, frame.rsi, frame.rdx, frame.r10, frame.r8, frame.r9}};
}

/// All filters run, the newest first; the strictest answer counts, the newest of equals.
u32 run_filters(const SeccompFilter* filter, const CallDescription& call) {
    std::span<const u32> words(reinterpret_cast<const u32*>(&call), sizeof call / sizeof(u32));
    u32 strictest = kSeccompAllow;
    for (; filter; filter = filter->previous.get()) {
        u32 answer = run_bpf_program(filter->program.span(), words);
        if (static_cast<i32>(answer & kActionMask) < static_cast<i32>(strictest & kActionMask)) strictest = answer;
    }
    return strictest;
}

Ref<SeccompFilter> current_filter() {
    Task& task = current_task();
    IrqLockGuard guard(task.process().signals.lock);
    return task.seccomp.filter;
}

/// SIGSYS about the call, which looks as if it had not been made.
void send_trap(TrapFrame& frame, u32 data, bool is_fatal) {
    constexpr i32 kSeccompCode = 1; // SYS_SECCOMP
    frame.rax = frame.orig_rax;
    abi::SignalInfo info;
    info.signal = kSigSys;
    info.error = static_cast<i32>(data);
    info.code = kSeccompCode;
    struct { u64 address; u32 number, architecture; } details = {frame.rip, static_cast<u32>(frame.orig_rax), kArchitecture};
    memcpy(info.raw, &details, sizeof details);
    if (is_fatal) {
        Process& process = current_process();
        IrqLockGuard guard(process.signals.lock);
        process.signals.actions->set(kSigSys, {});
    }
    force_signal(info);
}

/// Asks the tracer; it may change the call, which the filters then see again.
bool pass_to_tracer(TrapFrame& frame, u32 data) {
    if (!wants_trace_event(TraceEvent::Seccomp)) {
        frame.rax = static_cast<u64>(-static_cast<i64>(Errno::ENOSYS));
        return false;
    }
    trace_event(TraceEvent::Seccomp, data);
    if (current_task().has_work(ThreadWork::KillPending) || static_cast<i32>(frame.orig_rax) < 0) return false;
    u32 again = run_filters(current_filter().get(), describe(frame));
    return (again & kActionMask) >= kSeccompTrace && !(again & kSeccompKillProcess);
}

bool act(TrapFrame& frame, u32 answer) {
    u32 data = answer & kDataMask;
    constexpr u32 kLargestErrno = 4095;
    switch (answer & kActionMask) {
    case kSeccompAllow: return true;
    case kSeccompLog:
        log_notice("seccomp: process %d makes call %d", current_process().id(), static_cast<int>(frame.orig_rax));
        return true;
    case kSeccompErrno: frame.rax = static_cast<u64>(-static_cast<i64>(data < kLargestErrno ? data : kLargestErrno)); return false;
    case kSeccompTrap: send_trap(frame, data, false); return false;
    case kSeccompTrace: return pass_to_tracer(frame, data);
    case kSeccompNotify: frame.rax = static_cast<u64>(-static_cast<i64>(Errno::ENOSYS)); return false; // no listener
    case kSeccompKillThread:
        if (current_process().live_tasks.load() > 1) exit_task(kSigSys);
        [[fallthrough]];
    default: send_trap(frame, data, true); return false;
    }
}

bool is_strictly_allowed(u32 number) {
    constexpr u32 kRead = 0, kWrite = 1, kSignalReturn = 15, kExit = 60;
    return number == kRead || number == kWrite || number == kSignalReturn || number == kExit;
}

/// Whether `ancestor` is in the chain that ends with `filter`; no filter is in every chain.
bool is_in_chain(const SeccompFilter* ancestor, const SeccompFilter* filter) {
    if (!ancestor) return true;
    for (; filter; filter = filter->previous.get())
        if (filter == ancestor) return true;
    return false;
}

} // namespace

SeccompFilter::~SeccompFilter() {
    // A long chain must not be freed by recursion.
    Ref<SeccompFilter> next = std::move(previous);
    while (next && next->reference_count() == 1) next = Ref<SeccompFilter>(std::move(next->previous));
}

Result<void> enter_strict_mode() {
    Task& task = current_task();
    IrqLockGuard guard(task.process().signals.lock);
    if (task.seccomp.mode == SeccompMode::Filter) return Error(Errno::EINVAL);
    task.seccomp.mode = SeccompMode::Strict;
    update_call_tracing(task);
    return {};
}

Result<int> attach_filter(Vector<BpfInstruction> program, SeccompScope scope) {
    Task& task = current_task();
    Process& process = task.process();
    if (!task.no_new_privileges && !current_has(Capability::SysAdmin)) return Error(Errno::EACCES);
    TRY(check_bpf_program(program.span(), sizeof(CallDescription)));
    Ref<SeccompFilter> filter = TRY(make_ref<SeccompFilter>());
    filter->program = std::move(program);
    Ref<SeccompFilter> old[2]; // outlive the lock
    IrqLockGuard guard(process.signals.lock);
    if (task.seccomp.mode == SeccompMode::Strict) return Error(Errno::EINVAL);
    filter->previous = old[0] = task.seccomp.filter;
    filter->chain_instructions = static_cast<u32>(filter->program.size()) + kChainCostOfFilter;
    if (filter->previous) {
        filter->chain_length += filter->previous->chain_length;
        filter->chain_instructions += filter->previous->chain_instructions;
    }
    if (filter->chain_instructions > kMaximumChainInstructions) return Error(Errno::ENOMEM);
    if (scope == SeccompScope::Process)
        for (Task& other : process.tasks)
            if (&other != &task && (other.seccomp.mode == SeccompMode::Strict ||
                                    !is_in_chain(other.seccomp.filter.get(), task.seccomp.filter.get())))
                return other.thread_id();
    for (Task& other : process.tasks) {
        if (scope == SeccompScope::Task && &other != &task) continue;
        other.seccomp.filter = filter; // what it had is in the new chain: nothing is freed here
        other.seccomp.mode = SeccompMode::Filter;
        if (task.no_new_privileges) other.no_new_privileges = true;
        update_call_tracing(other);
    }
    return 0;
}

bool allows_call(TrapFrame& frame) {
    Task& task = current_task();
    switch (task.seccomp.mode.load(std::memory_order_relaxed)) {
    case SeccompMode::Disabled: return true;
    case SeccompMode::Strict:
        if (!is_strictly_allowed(static_cast<u32>(frame.orig_rax))) exit_task(kSigKill);
        return true;
    case SeccompMode::Filter: break;
    }
    u32 answer = run_filters(current_filter().get(), describe(frame));
    return act(frame, answer);
}

void inherit_seccomp(Task& child) {
    Task& self = current_task();
    if (self.seccomp.mode.load(std::memory_order_relaxed) == SeccompMode::Disabled) return;
    child.seccomp.filter = current_filter();
    child.seccomp.mode = self.seccomp.mode.load();
    child.set_work(ThreadWork::TraceCalls);
}

} // namespace martlet
