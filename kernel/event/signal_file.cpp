#include "event/signal_file.h"

#include "proc/signal_internal.h"
#include "proc/task.h"

namespace martlet {
namespace {

AnonymousKind g_kind("anon_inode:[signalfd]");

/// struct signalfd_siginfo.
struct SignalRecord {
    u32 signal;
    i32 error, code;
    u32 process_id, user_id;
    i32 fd;
    u32 timer_id, band, overrun, trap_number;
    i32 status, value_int;
    u64 value_pointer, user_ticks, system_ticks, address;
    u16 address_lsb, padding;
    i32 system_call;
    u64 call_address;
    u32 architecture;
    u8 reserved[28];
};
static_assert(sizeof(SignalRecord) == 128);

enum class Layout : u8 { Kill, Timer, Poll, Fault, Child, Queued };

/// Which part of siginfo_t the code selects (sigaction(2)).
Layout layout_of(const abi::SignalInfo& info) {
    constexpr i32 kSiSigio = -5;
    if (info.code > abi::kSiUser && info.code < abi::kSiKernel) {
        if (kSynchronousSignals.contains(info.signal)) return Layout::Fault;
        if (info.signal == kSigChld) return Layout::Child;
        return Layout::Poll;
    }
    if (info.code == abi::kSiTimer) return Layout::Timer;
    if (info.code == kSiSigio) return Layout::Poll;
    return info.code < 0 ? Layout::Queued : Layout::Kill;
}

SignalRecord record_of(const abi::SignalInfo& info) {
    SignalRecord record = {};
    record.signal = static_cast<u32>(info.signal);
    record.error = info.error;
    record.code = info.code;
    switch (layout_of(info)) {
    case Layout::Kill:
    case Layout::Queued:
        record.process_id = static_cast<u32>(info.sender.process_id);
        record.user_id = info.sender.user_id;
        if (layout_of(info) == Layout::Kill) break;
        record.value_pointer = info.sender.value;
        record.value_int = static_cast<i32>(info.sender.value);
        break;
    case Layout::Timer:
        record.timer_id = static_cast<u32>(info.timer.timer_id);
        record.overrun = static_cast<u32>(info.timer.overrun);
        record.value_pointer = info.timer.value;
        record.value_int = static_cast<i32>(info.timer.value);
        break;
    case Layout::Poll:
        record.band = static_cast<u32>(info.poll.band);
        record.fd = info.poll.fd;
        break;
    case Layout::Fault:
        record.address = info.fault.address;
        record.address_lsb = info.fault.address_lsb;
        break;
    case Layout::Child:
        record.process_id = static_cast<u32>(info.child.process_id);
        record.user_id = info.child.user_id;
        record.status = info.child.status;
        record.user_ticks = static_cast<u64>(info.child.user_ticks);
        record.system_ticks = static_cast<u64>(info.child.system_ticks);
        break;
    }
    return record;
}

/// The caller's next pending signal in `wanted`, blocked or not; 0 if there is none.
int take_pending(SignalSet wanted, abi::SignalInfo& info) {
    Task& task = current_task();
    Process& process = task.process();
    QueuedSignal* consumed = nullptr;
    int signal;
    {
        IrqLockGuard guard(process.signals.lock);
        signal = task.signals.pending.take(~wanted, info, consumed);
        if (signal == 0) signal = process.signals.pending.take(~wanted, info, consumed);
        if (signal != 0) recalculate_pending(process, task);
    }
    finish_taken_signal(consumed, info);
    return signal;
}

} // namespace

Result<Ref<File>> SignalFile::create(SignalSet set, u32 flags) {
    return make_ref<SignalFile>(set & ~kUnblockableSignals, kOpenReadWrite | (flags & kOpenNonBlock),
                                TRY(g_kind.path()));
}

void SignalFile::set_signals(SignalSet set) {
    set_.store((set & ~kUnblockableSignals).bits(), std::memory_order_release);
    current_process().signals.queue.wake_all();
}

/// Waits for the first signal only.
Result<usize> SignalFile::read(IoCursor& to, u64) {
    if (to.remaining() < sizeof(SignalRecord)) return Error(Errno::EINVAL);
    usize done = 0;
    while (to.remaining() >= sizeof(SignalRecord)) {
        abi::SignalInfo info;
        if (take_pending(set(), info) == 0) {
            if (done > 0) break;
            if (!may_wait(to)) return Error(Errno::EAGAIN);
            TRY(current_process().signals.queue.wait([&] { return take_pending(set(), info) != 0; }));
        }
        SignalRecord record = record_of(info);
        auto stored = to.put(&record, sizeof record);
        if (!stored || *stored != sizeof record) {
            if (done > 0) break;
            return Error(Errno::EFAULT);
        }
        done += sizeof record;
    }
    return done;
}

u32 SignalFile::poll(PollTable* table) {
    Task* task = current_task_or_null();
    if (!task) return 0;
    Process& process = task->process();
    if (table) table->watch(process.signals.queue, &process);
    IrqLockGuard guard(process.signals.lock);
    SignalSet pending = task->signals.pending.set() | process.signals.pending.set();
    return (pending & set()).is_empty() ? 0 : kPollIn;
}

void SignalFile::show_information(InformationSink& sink) {
    sink.print("sigmask:\t%016llx\n", static_cast<unsigned long long>(set().bits()));
}

} // namespace martlet
