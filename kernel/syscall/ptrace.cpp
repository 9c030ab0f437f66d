// The requests of ptrace(2). Who traces whom, and how tracees stop, is in proc/trace.
#include "syscall/ptrace.h"

#include <string.h>

#include <algorithm>

#include "mm/address_space.h"
#include "proc/process_info.h"
#include "proc/seccomp/seccomp.h"
#include "proc/signal_internal.h"
#include "sched/scheduler.h"

namespace martlet {

namespace {

enum Request : u64 {
    kTraceMe = 0,
    kPeekText = 1,
    kPeekData = 2,
    kPeekUser = 3,
    kPokeText = 4,
    kPokeData = 5,
    kPokeUser = 6,
    kContinue = 7,
    kKill = 8,
    kSingleStep = 9,
    kGetRegs = 12,
    kSetRegs = 13,
    kGetFpRegs = 14,
    kSetFpRegs = 15,
    kAttach = 16,
    kDetach = 17,
    kOldSetOptions = 21,
    kSystemCall = 24,
    kArchPrctl = 30,
    kSysEmu = 31,
    kSysEmuSingleStep = 32,
    kSetOptions = 0x4200,
    kGetEventMessage = 0x4201,
    kGetSignalInfo = 0x4202,
    kSetSignalInfo = 0x4203,
    kGetRegSet = 0x4204,
    kSetRegSet = 0x4205,
    kSeize = 0x4206,
    kInterrupt = 0x4207,
    kListen = 0x4208,
    kPeekSignalInfo = 0x4209,
    kGetSignalMask = 0x420a,
    kSetSignalMask = 0x420b,
    kGetSeccompFilter = 0x420c,
    kGetSeccompMetadata = 0x420d,
    kGetSyscallInfo = 0x420e,
};

/// siginfo_t is 128 bytes for user space, the rest zeros.
Result<void> store_information(u64 address, const abi::SignalInfo& info) {
    u8 bytes[abi::kUserSignalInfoSize] = {};
    memcpy(bytes, &info, sizeof info);
    return UserSpan(address, sizeof bytes).copy_from_kernel(bytes);
}

/// The tracee if it is the caller's; ESRCH unless it is, and stopped if that is asked for.
enum class MustBeStopped : u8 { No, Yes };
Result<Ref<Task>> find_tracee(int thread_id, MustBeStopped must_be_stopped) {
    Ref<Task> tracee = find_task(thread_id);
    if (!tracee) return Error(Errno::ESRCH);
    IrqLockGuard guard(process_tree_lock);
    if (tracee->tracer.load() != &current_task()) return Error(Errno::ESRCH);
    if (must_be_stopped == MustBeStopped::Yes && tracee->tracing->state.load() != TraceState::Stopped)
        return Error(Errno::ESRCH);
    return tracee;
}

Result<void> check_options(u64 options) {
    if (options & ~u64{kTraceOptions}) return Error(Errno::EINVAL);
    if (!(options & kTraceSuspendSeccomp)) return {};
    bool is_confined = current_task().seccomp.mode.load() != SeccompMode::Disabled;
    return is_confined || !current_has(Capability::SysAdmin) ? Error(Errno::EPERM) : Result<void>();
}

Result<void> attach(int thread_id, AttachMode mode, u64 address, u64 options) {
    if (mode == AttachMode::Seize && (address != 0 || (options & ~u64{kTraceOptions}))) return Error(Errno::EIO);
    if (mode == AttachMode::Seize) TRY(check_options(options));
    Ref<Task> tracee = find_task(thread_id);
    if (!tracee) return Error(Errno::ESRCH);
    if (&tracee->process() == &current_process()) return Error(Errno::EPERM);
    if (!may_inspect(tracee->process(), InspectBy::RealIds)) return Error(Errno::EPERM);
    return attach_tracee(*tracee, mode, static_cast<u32>(options));
}

Result<void> peek_memory(Task& tracee, u64 address, u64 data) {
    Ref<AddressSpace> space = tracee.share_address_space();
    u64 word;
    std::span<u8> bytes(reinterpret_cast<u8*>(&word), sizeof word);
    if (!space) return Error(Errno::EIO);
    Result<usize> count = space->read_memory(address, bytes);
    if (!count || *count != sizeof word) return Error(Errno::EIO);
    return UserPtr<u64>(data).store(word);
}

Result<void> poke_memory(Task& tracee, u64 address, u64 data) {
    Ref<AddressSpace> space = tracee.share_address_space();
    std::span<const u8> bytes(reinterpret_cast<const u8*>(&data), sizeof data);
    if (!space) return Error(Errno::EIO);
    Result<usize> count = space->write_memory(address, bytes);
    if (!count || *count != sizeof data) return Error(Errno::EIO);
    return {};
}

Result<void> resume(Task& tracee, u64 request, u64 signal) {
    if (signal > kSignalCount) return Error(Errno::EIO);
    TraceResumption resumption = {.signal = static_cast<int>(signal)};
    if (request == kSystemCall) resumption.how = TraceResume::Calls;
    if (request == kSysEmu || request == kSysEmuSingleStep) resumption.how = TraceResume::EmulateCalls;
    resumption.single_steps = request == kSingleStep || request == kSysEmuSingleStep;
    IrqLockGuard guard(process_tree_lock);
    if (tracee.tracing->state.load() != TraceState::Stopped) return Error(Errno::ESRCH);
    resume_tracee(tracee, resumption);
    return {};
}

Result<void> detach(Task& tracee, u64 signal) {
    if (signal > kSignalCount) return Error(Errno::EIO);
    detach_tracee(tracee, static_cast<int>(signal));
    return {};
}

Result<void> set_options(Task& tracee, u64 options) {
    TRY(check_options(options));
    IrqLockGuard guard(process_tree_lock);
    tracee.tracing->options = static_cast<u32>(options);
    return {};
}

Result<void> interrupt(Task& tracee) {
    IrqLockGuard guard(process_tree_lock);
    if (!tracee.tracing->is_seized) return Error(Errno::EIO);
    Process& process = tracee.process();
    IrqLockGuard signals_guard(process.signals.lock);
    kick_seized_tracee(process, tracee);
    Scheduler::wake_interruptible(tracee);
    Scheduler::wake_stopped(tracee);
    return {};
}

/// From a group stop of a seized tracee only: it stays stopped, and tells when that changes.
Result<void> listen(Task& tracee) {
    IrqLockGuard guard(process_tree_lock);
    Tracing& tracing = *tracee.tracing;
    if (!tracing.is_seized || tracing.kind != TraceStopKind::GroupStop) return Error(Errno::EIO);
    Process& process = tracee.process();
    IrqLockGuard signals_guard(process.signals.lock);
    tracing.is_unreported = false;
    // Something changed since it stopped: it has to report that first.
    bool has_news = tracee.signals.must_trap;
    tracing.resume_signal = 0;
    tracing.state.store(has_news ? TraceState::Running : TraceState::Listening);
    if (has_news) tracing.resumed.wake_all();
    return {};
}

Result<void> get_signal_information(Task& tracee, u64 data) {
    if (!tracee.tracing->has_information) return Error(Errno::EINVAL);
    return store_information(data, tracee.tracing->information);
}

Result<void> set_signal_information(Task& tracee, u64 data) {
    abi::SignalInfo info = TRY(UserPtr<const abi::SignalInfo>(data).load());
    if (!tracee.tracing->has_information) return Error(Errno::EINVAL);
    tracee.tracing->information = info;
    return {};
}

struct PeekSignalArguments { // struct __ptrace_peeksiginfo_args
    u64 offset;
    u32 flags;
    i32 count;
};

/// Copies of queued signals, without taking them.
Result<i64> peek_signal_information(Task& tracee, u64 address, u64 data) {
    constexpr u32 kShared = 1;
    PeekSignalArguments arguments = TRY(UserPtr<const PeekSignalArguments>(address).load());
    if ((arguments.flags & ~kShared) || arguments.count < 0) return Error(Errno::EINVAL);
    Process& process = tracee.process();
    i64 stored = 0;
    for (; stored < arguments.count; ++stored) {
        abi::SignalInfo info;
        {
            IrqLockGuard guard(process.signals.lock);
            PendingSignals& pending = arguments.flags & kShared ? process.signals.pending : tracee.signals.pending;
            if (!pending.peek(arguments.offset + static_cast<u64>(stored), info)) break;
        }
        Result<void> result = store_information(data + static_cast<u64>(stored) * abi::kUserSignalInfoSize, info);
        if (!result && stored == 0) return Error(result.error());
        if (!result || signal_is_pending()) return stored + (result ? 1 : 0);
    }
    return stored;
}

Result<void> get_signal_mask(Task& tracee, u64 size, u64 data) {
    if (size != sizeof(u64)) return Error(Errno::EINVAL);
    SignalSet mask = tracee.signals.restore_mask ? tracee.signals.saved_mask : tracee.signals.blocked;
    return UserPtr<u64>(data).store(mask.bits());
}

Result<void> set_tracee_signal_mask(Task& tracee, u64 size, u64 data) {
    if (size != sizeof(u64)) return Error(Errno::EINVAL);
    SignalSet mask(TRY(UserPtr<const u64>(data).load()));
    Process& process = tracee.process();
    IrqLockGuard guard(process.signals.lock);
    tracee.signals.restore_mask = false;
    tracee.signals.blocked = mask & ~kUnblockableSignals;
    tracee.set_work(ThreadWork::SignalPending); // it finds out what that unblocked
    return {};
}

struct CallInformation { // struct ptrace_syscall_info
    u8 operation;
    u8 padding[3];
    u32 architecture;
    u64 instruction_pointer, stack_pointer;
    union {
        struct { u64 number, arguments[6]; } entry;
        struct { i64 result; u8 is_error; } exit;
        struct { u64 number, arguments[6]; u32 data; } seccomp;
    };
};

Result<i64> get_call_information(Task& tracee, u64 user_size, u64 data) {
    enum Operation : u8 { kNone, kEntry, kExit, kSeccomp };
    constexpr u32 kArchitecture = 0xc000'003e; // AUDIT_ARCH_X86_64
    constexpr usize kHeaderSize = 24, kEntrySize = 80, kExitSize = 33, kSeccompSize = 84;
    const Tracing& tracing = *tracee.tracing;
    const TrapFrame& frame = tracing.registers.frame;
    CallInformation info = {};
    info.architecture = kArchitecture;
    info.instruction_pointer = frame.rip;
    info.stack_pointer = frame.rsp;
    usize size = kHeaderSize;
    constexpr int kSeccompCode = kSigTrap | static_cast<int>(TraceEvent::Seccomp) << 8;
    bool is_call = tracing.has_information && tracing.information.code == (kSigTrap | 0x80);
    bool is_seccomp = tracing.has_information && tracing.information.code == kSeccompCode;
    if ((is_call && tracing.message == 1) || is_seccomp) {
        info.operation = is_seccomp ? kSeccomp : kEntry;
        info.entry = {frame.orig_rax, {frame.rdi, frame.rsi, frame.rdx, frame.r10, frame.r8, frame.r9}};
        size = is_seccomp ? kSeccompSize : kEntrySize;
        if (is_seccomp) info.seccomp.data = static_cast<u32>(tracing.message);
    } else if (is_call && tracing.message == 2) {
        constexpr i64 kLargestErrno = 4095;
        info.operation = kExit;
        i64 result = static_cast<i64>(frame.rax);
        info.exit = {result, static_cast<u8>(result < 0 && result >= -kLargestErrno)};
        size = kExitSize;
    }
    usize stored = std::min<usize>(size, user_size);
    TRY(UserSpan(data, stored).copy_from_kernel({reinterpret_cast<const u8*>(&info), stored}));
    return static_cast<i64>(size);
}

/// Only those see filters whom none binds.
Result<void> check_sees_filters() {
    bool is_confined = current_task().seccomp.mode.load() != SeccompMode::Disabled;
    return is_confined || !current_has(Capability::SysAdmin) ? Error(Errno::EACCES) : Result<void>();
}

/// The instructions of the filter attached as number `index`; answers how many there are.
Result<i64> get_seccomp_filter(Task& tracee, u64 index, u64 data) {
    TRY(check_sees_filters());
    Ref<SeccompFilter> filter = TRY(nth_filter(tracee, index));
    if (data != 0) TRY(UserPtr<BpfInstruction>(data).store_array(filter->program.span()));
    return static_cast<i64>(filter->program.size());
}

Result<i64> get_seccomp_metadata(Task& tracee, u64 user_size, u64 data) {
    struct { u64 index, flags; } metadata; // struct seccomp_metadata
    TRY(check_sees_filters());
    usize size = std::min<usize>(user_size, sizeof metadata);
    if (size < sizeof metadata.index) return Error(Errno::EINVAL);
    metadata.index = TRY(UserPtr<const u64>(data).load());
    metadata.flags = TRY(nth_filter(tracee, metadata.index))->is_logged ? 2 : 0;
    TRY(UserSpan(data, size).copy_from_kernel({reinterpret_cast<const u8*>(&metadata), size}));
    return static_cast<i64>(size);
}

/// The bases of FS and GS, as arch_prctl(2) of the tracee itself.
Result<void> arch_prctl(Task& tracee, u64 address, u64 operation) {
    enum { kSetGs = 0x1001, kSetFs = 0x1002, kGetFs = 0x1003, kGetGs = 0x1004 };
    UserRegisters& registers = tracee.tracing->registers;
    switch (operation) {
    case kSetFs:
    case kSetGs:
        if (address >= kUserEnd) return Error(Errno::EPERM);
        (operation == kSetFs ? registers.fs_base : registers.gs_base) = address;
        tracee.tracing->registers_changed = true;
        return {};
    case kGetFs: return UserPtr<u64>(address).store(registers.fs_base);
    case kGetGs: return UserPtr<u64>(address).store(registers.gs_base);
    default: return Error(Errno::EINVAL);
    }
}

/// What needs a stopped tracee.
Result<i64> control(Task& tracee, u64 request, u64 address, u64 data) {
    auto done = [](Result<void> result) -> Result<i64> { return result ? Result<i64>(0) : Error(result.error()); };
    switch (request) {
    case kPeekText:
    case kPeekData: return done(peek_memory(tracee, address, data));
    case kPeekUser: return done(UserPtr<u64>(data).store(TRY(peek_user(tracee, address))));
    case kPokeText:
    case kPokeData: return done(poke_memory(tracee, address, data));
    case kPokeUser: return done(poke_user(tracee, address, data));
    case kContinue:
    case kSingleStep:
    case kSystemCall:
    case kSysEmu:
    case kSysEmuSingleStep: return done(resume(tracee, request, data));
    case kDetach: return done(detach(tracee, data));
    case kGetRegs: return done(get_registers(tracee, data));
    case kSetRegs: return done(set_registers(tracee, data));
    case kGetFpRegs: return done(get_floating_point_registers(tracee, data));
    case kSetFpRegs: return done(set_floating_point_registers(tracee, data));
    case kGetRegSet: return done(get_register_set(tracee, address, data));
    case kSetRegSet: return done(set_register_set(tracee, address, data));
    case kOldSetOptions:
    case kSetOptions: return done(set_options(tracee, data));
    case kGetEventMessage: return done(UserPtr<u64>(data).store(tracee.tracing->message));
    case kGetSignalInfo: return done(get_signal_information(tracee, data));
    case kSetSignalInfo: return done(set_signal_information(tracee, data));
    case kPeekSignalInfo: return peek_signal_information(tracee, address, data);
    case kGetSignalMask: return done(get_signal_mask(tracee, address, data));
    case kSetSignalMask: return done(set_tracee_signal_mask(tracee, address, data));
    case kGetSeccompFilter: return get_seccomp_filter(tracee, address, data);
    case kGetSeccompMetadata: return get_seccomp_metadata(tracee, address, data);
    case kGetSyscallInfo: return get_call_information(tracee, address, data);
    case kArchPrctl: return done(arch_prctl(tracee, address, data));
    case kListen: return done(listen(tracee));
    default: return Error(Errno::EIO);
    }
}

} // namespace

Result<i64> sys_ptrace(u64 request, int thread_id, u64 address, u64 data) {
    switch (request) {
    case kTraceMe: TRY(attach_to_parent()); return 0;
    case kAttach: TRY(attach(thread_id, AttachMode::Attach, 0, 0)); return 0;
    case kSeize: TRY(attach(thread_id, AttachMode::Seize, address, data)); return 0;
    case kKill: {
        Ref<Task> tracee = TRY(find_tracee(thread_id, MustBeStopped::No));
        send_kernel_signal(tracee->process(), kSigKill);
        return 0;
    }
    case kInterrupt: {
        Ref<Task> tracee = TRY(find_tracee(thread_id, MustBeStopped::No));
        TRY(interrupt(*tracee));
        return 0;
    }
    default: {
        Ref<Task> tracee = TRY(find_tracee(thread_id, MustBeStopped::Yes));
        return control(*tracee, request, address, data);
    }
    }
}

} // namespace martlet
