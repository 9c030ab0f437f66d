#include "proc/seccomp/seccomp.h"

#include <string.h>

#include "base/log.h"
#include "proc/core/core_dump.h"
#include "proc/exit.h"
#include "proc/signal_internal.h"
#include "proc/trace/tracing.h"

namespace martlet {

namespace {

constexpr u32 kArchitecture = 0xc000'003e; // AUDIT_ARCH_X86_64
constexpr u32 kActionMask = 0xffff'0000, kDataMask = 0xffff;
constexpr u32 kMaximumChainInstructions = (1u << 18) / sizeof(BpfInstruction), kChainCostOfFilter = 4;

SeccompCall describe(const TrapFrame& frame) {
    return {static_cast<u32>(frame.orig_rax), kArchitecture, frame.rip,
            {frame.rdi, frame.rsi, frame.rdx, frame.r10, frame.r8, frame.r9}};
}

struct Verdict {
    u32 answer;
    const SeccompFilter* filter; // whose it is; null if none objects
};

/// All filters run, the newest first; the strictest answer counts, the newest of equals.
Verdict run_filters(const SeccompFilter* filter, const SeccompCall& call) {
    std::span<const u32> words(reinterpret_cast<const u32*>(&call), sizeof call / sizeof(u32));
    Verdict strictest{kSeccompAllow, nullptr};
    for (; filter; filter = filter->previous.get()) {
        u32 answer = run_bpf_program(filter->program.span(), words);
        if (static_cast<i32>(answer & kActionMask) < static_cast<i32>(strictest.answer & kActionMask))
            strictest = {answer, filter};
    }
    return strictest;
}

Ref<SeccompFilter> current_filter() {
    Task& task = current_task();
    IrqLockGuard guard(task.process().signals.lock);
    return task.seccomp.filter;
}

/// SIGSYS about the call, which looks as if it had not been made.
abi::SignalInfo trap_information(TrapFrame& frame, u32 data) {
    constexpr i32 kSeccompCode = 1; // SYS_SECCOMP
    frame.rax = frame.orig_rax;
    abi::SignalInfo info;
    info.signal = kSigSys;
    info.error = static_cast<i32>(data);
    info.code = kSeccompCode;
    struct {
        u64 address;
        u32 number, architecture;
    } details = {frame.rip, static_cast<u32>(frame.orig_rax), kArchitecture};
    memcpy(info.raw, &details, sizeof details);
    return info;
}

/// Whether a call runs for the first time before its filters, or again after a tracer may have changed it.
enum class Check : u8 { First, Again };
bool filters_allow(TrapFrame& frame, Check check);

/// Asks the tracer; it may change the call, which the filters then see again.
bool pass_to_tracer(TrapFrame& frame, u32 data) {
    if (!wants_trace_event(TraceEvent::Seccomp)) {
        frame.rax = static_cast<u64>(-static_cast<i64>(Errno::ENOSYS));
        return false;
    }
    trace_event(TraceEvent::Seccomp, data);
    if (current_task().has_work(ThreadWork::KillPending) || static_cast<i32>(frame.orig_rax) < 0) return false;
    return filters_allow(frame, Check::Again);
}

bool ask_listener(TrapFrame& frame, const SeccompFilter& filter, const SeccompCall& call) {
    Ref<SeccompListener> listener = filter.listener;
    auto outcome = listener ? listener->ask(call) : SeccompListener::Outcome{false, -static_cast<i64>(Errno::ENOSYS)};
    if (outcome.runs) return true;
    frame.rax = static_cast<u64>(outcome.result);
    return false;
}

/// The kill is no signal: neither handlers nor a tracer see it.
void end_by_filter(TrapFrame& frame, u32 action, u32 data) {
    if (action == kSeccompKillThread && current_process().live_tasks.load() > 1) exit_task(kSigSys);
    exit_process(dump_core(trap_information(frame, data)));
}

bool filters_allow(TrapFrame& frame, Check check) {
    SeccompCall call = describe(frame);
    Ref<SeccompFilter> filters = current_filter();
    Verdict verdict = run_filters(filters.get(), call);
    u32 data = verdict.answer & kDataMask;
    constexpr u32 kLargestErrno = 4095;
    switch (u32 action = verdict.answer & kActionMask; action) {
    case kSeccompAllow: return true;
    case kSeccompLog:
        log_notice("seccomp: process %d makes call %d", current_process().id(), static_cast<int>(frame.orig_rax));
        return true;
    case kSeccompErrno:
        frame.rax = static_cast<u64>(-static_cast<i64>(data < kLargestErrno ? data : kLargestErrno));
        return false;
    case kSeccompTrap: force_signal(trap_information(frame, data)); return false;
    case kSeccompTrace: return check == Check::Again || pass_to_tracer(frame, data);
    case kSeccompNotify: return ask_listener(frame, *verdict.filter, call);
    default:
        filters = nullptr; // what follows does not return
        end_by_filter(frame, action, data);
        return false;
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

/// PTRACE_O_SUSPEND_SECCOMP.
bool is_suspended(Task& task) { return is_traced(task) && (task.tracing->options & kTraceSuspendSeccomp); }

bool has_listener(const SeccompFilter* filter) {
    while (filter && !filter->listener) filter = filter->previous.get();
    return filter != nullptr;
}

} // namespace

SeccompFilter::~SeccompFilter() {
    if (listener) listener->lose_filter();
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

Result<int> attach_filter(Ref<SeccompFilter> filter, SeccompScope scope) {
    Task& task = current_task();
    Process& process = task.process();
    if (!task.no_new_privileges && !current_has(Capability::SysAdmin)) return Error(Errno::EACCES);
    TRY(check_bpf_program(filter->program.span(), sizeof(SeccompCall)));
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
    if (filter->listener && has_listener(filter->previous.get())) return Error(Errno::EBUSY);
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
        if (is_suspended(task)) return true;
        if (!is_strictly_allowed(static_cast<u32>(frame.orig_rax))) exit_task(kSigKill);
        return true;
    case SeccompMode::Filter: break;
    }
    return is_suspended(task) || filters_allow(frame, Check::First);
}

Result<Ref<SeccompFilter>> nth_filter(Task& task, u64 index) {
    IrqLockGuard guard(task.process().signals.lock);
    if (task.seccomp.mode != SeccompMode::Filter) return Error(Errno::EINVAL);
    SeccompFilter* filter = task.seccomp.filter.get();
    if (!filter || index >= filter->chain_length) return Error(Errno::ENOENT);
    for (u64 newer = filter->chain_length - 1 - index; newer > 0; --newer) filter = filter->previous.get();
    return Ref<SeccompFilter>(*filter);
}

void release_seccomp(Task& task) {
    if (task.seccomp.mode.load(std::memory_order_relaxed) != SeccompMode::Filter) return;
    Ref<SeccompFilter> dropped; // outlives the lock
    IrqLockGuard guard(task.process().signals.lock);
    std::swap(dropped, task.seccomp.filter);
}

void inherit_seccomp(Task& child) {
    Task& self = current_task();
    if (self.seccomp.mode.load(std::memory_order_relaxed) == SeccompMode::Disabled) return;
    child.seccomp.filter = current_filter();
    child.seccomp.mode = self.seccomp.mode.load();
    child.set_work(ThreadWork::TraceCalls);
}

} // namespace martlet
