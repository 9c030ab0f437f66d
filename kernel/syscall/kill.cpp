// kill(2) and its relatives: choosing the targets and checking permission.
//
// A signal to several processes is sent under the tree lock, so that none can fork itself out of reach; the
// queue entries are made beforehand, because memory cannot be waited for there.
#include <algorithm>

#include "proc/process_group.h"
#include "proc/process_info.h"
#include "proc/signal_internal.h"
#include "syscall/signal.h"

namespace martlet {

namespace {

abi::SignalInfo sender_info(int signal, i32 code) { return sender_information(signal, code, current_process().id()); }

enum class TargetSet : u8 { Group, Everybody };

class Broadcast {
public:
    Broadcast(TargetSet set, int group_id, int signal) : set_(set), group_id_(group_id), signal_(signal) {}
    ~Broadcast() { free_queued_signals(spare_); }

    Result<void> run() {
        for (;;) {
            usize needed;
            {
                IrqLockGuard guard(process_tree_lock);
                needed = count_targets();
                if (needed <= spare_count_ || has_no_memory_) return send_all();
            }
            for (; spare_count_ < needed && !has_no_memory_; ++spare_count_) {
                QueuedSignal* entry = allocate_queued_signal(sender_info(signal_, abi::kSiUser));
                if (entry) spare_.push_back(*entry);
                else has_no_memory_ = true; // sent without information, as kill(2) allows
            }
        }
    }

private:
    bool is_target(Process& process) const REQUIRES(process_tree_lock) {
        if (set_ == TargetSet::Group) return process.group && process.group->id == group_id_;
        return !process.is_init() && &process != &current_process();
    }
    usize count_targets() REQUIRES(process_tree_lock) {
        if (signal_ == 0) return 0;
        usize count = 0;
        for (Pid* pid = PidTable::next_process(1); pid; pid = PidTable::next_process(pid->number() + 1))
            count += is_target(*pid->process) ? 1 : 0;
        return count;
    }
    Result<void> send_all() REQUIRES(process_tree_lock) {
        Result<void> result = Error(Errno::ESRCH);
        bool any_sent = false;
        for (Pid* pid = PidTable::next_process(1); pid; pid = PidTable::next_process(pid->number() + 1)) {
            Process& process = *pid->process;
            if (!is_target(process)) continue;
            if (!may_signal(current_task().credentials(), process, signal_)) {
                result = Error(Errno::EPERM);
                continue;
            }
            any_sent = true;
            if (signal_ != 0) (void)send_queued_signal(process, spare_.pop_front(), signal_);
        }
        // kill(-1) is content with having had somebody to ask (kill(2), as Linux).
        if (any_sent || (set_ == TargetSet::Everybody && result.error() == Errno::EPERM)) return {};
        return result;
    }

    TargetSet set_;
    int group_id_;
    int signal_;
    PendingSignals::EntryList spare_;
    usize spare_count_ = 0;
    bool has_no_memory_ = false;
};

Result<void> check_permission(Process& process, int signal) {
    IrqLockGuard guard(process_tree_lock);
    if (!may_signal(current_task().credentials(), process, signal)) return Error(Errno::EPERM);
    return {};
}

Result<void> signal_process(int process_id, int signal, const abi::SignalInfo& info) {
    if (Process& self = current_process(); process_id == self.id())
        return signal == 0 ? Result<void>() : send_signal(self, info);
    Ref<Process> process = find_process_of(process_id); // any thread's id names its process (kill(2) of Linux)
    if (!process) return Error(Errno::ESRCH);
    TRY(check_permission(*process, signal));
    if (signal == 0) return {};
    return send_signal(*process, info);
}

Result<void> signal_task(int process_id, int thread_id, int signal, const abi::SignalInfo& info) {
    Ref<Task> task = find_task(thread_id);
    if (!task || (process_id > 0 && task->process().id() != process_id)) return Error(Errno::ESRCH);
    TRY(check_permission(task->process(), signal));
    if (signal == 0) return {};
    return send_signal_to_task(*task, info);
}

/// sigqueue(3): nobody may pretend to be the kernel or kill() towards somebody else.
Result<abi::SignalInfo> load_information(UserPtr<const abi::SignalInfo> from, int signal, bool is_to_self) {
    abi::SignalInfo info = TRY(from.load());
    bool looks_official = info.code >= 0 || info.code == abi::kSiTkill;
    if (looks_official && !is_to_self) return Error(Errno::EPERM);
    info.signal = signal;
    return info;
}

bool is_signal_or_zero(int signal) { return signal == 0 || is_valid_signal(signal); }

} // namespace

Result<void> sys_kill(int process_id, int signal) {
    if (!is_signal_or_zero(signal)) return Error(Errno::EINVAL);
    if (process_id > 0) return signal_process(process_id, signal, sender_info(signal, abi::kSiUser));
    if (process_id == INT32_MIN) return Error(Errno::ESRCH);
    if (process_id == -1) return Broadcast(TargetSet::Everybody, 0, signal).run();
    int group_id = -process_id;
    if (process_id == 0) {
        IrqLockGuard guard(process_tree_lock);
        group_id = current_process().group->id;
    }
    return Broadcast(TargetSet::Group, group_id, signal).run();
}

Result<void> sys_tkill(int thread_id, int signal) {
    if (thread_id <= 0 || !is_signal_or_zero(signal)) return Error(Errno::EINVAL);
    return signal_task(0, thread_id, signal, sender_info(signal, abi::kSiTkill));
}

Result<void> sys_tgkill(int process_id, int thread_id, int signal) {
    if (process_id <= 0 || thread_id <= 0 || !is_signal_or_zero(signal)) return Error(Errno::EINVAL);
    return signal_task(process_id, thread_id, signal, sender_info(signal, abi::kSiTkill));
}

Result<void> sys_rt_sigqueueinfo(int process_id, int signal, UserPtr<const abi::SignalInfo> information) {
    abi::SignalInfo info = TRY(load_information(information, signal, process_id == current_task().thread_id()));
    if (!is_signal_or_zero(signal)) return Error(Errno::EINVAL);
    return signal_process(process_id, signal, info);
}

Result<void> sys_rt_tgsigqueueinfo(int process_id, int thread_id, int signal,
                                   UserPtr<const abi::SignalInfo> information) {
    if (process_id <= 0 || thread_id <= 0) return Error(Errno::EINVAL);
    abi::SignalInfo info = TRY(load_information(information, signal, thread_id == current_task().thread_id()));
    if (!is_signal_or_zero(signal)) return Error(Errno::EINVAL);
    return signal_task(process_id, thread_id, signal, info);
}

} // namespace martlet
