// See file_owner.h.
#include "event/file_owner.h"

#include "proc/process_info.h"
#include "proc/signal.h"
#include "proc/task.h"
#include "sched/deferred_work.h"

namespace martlet {
namespace {

constexpr u32 kUnknownEvent = 1u << 31; // a queue was woken without saying why
// si_code of SIGIO (sigaction(2)).
constexpr i32 kPollCodeIn = 1, kPollCodeOut = 2, kPollCodeErr = 4, kPollCodePri = 5, kPollCodeHup = 6, kSiSigIo = -5;

Mutex g_watch_mutex{LockRank::EventPoll};
SpinLock g_due_lock{LockRank::Leaf};
FileOwner::DueList g_due GUARDED_BY(g_due_lock);
std::atomic<u32> g_due_count = 0; // on the list or being told
Mutex g_telling_mutex{LockRank::FileWatch};
DeferredWork g_telling_work([](void*) { send_file_signals(); }, nullptr);

struct Band {
    u32 event;
    i32 code;
    u32 band;
};
constexpr Band kBands[] = {{kPollIn, kPollCodeIn, kPollIn | kPollRdNorm},
                           {kPollOut, kPollCodeOut, kPollOut | kPollWrNorm | kPollWrBand},
                           {kPollErr, kPollCodeErr, kPollErr},
                           {kPollPri, kPollCodePri, kPollPri | kPollRdBand},
                           {kPollHup, kPollCodeHup, kPollHup | kPollErr}};

/// Signals whose si_code has meanings of its own.
bool has_own_codes(int signal) {
    return signal == kSigIll || signal == kSigFpe || signal == kSigSegv || signal == kSigBus || signal == kSigTrap ||
           signal == kSigChld || signal == kSigSys;
}

} // namespace

/// Registers on each queue that the file names.
class FileOwner::Table final : public PollTable {
public:
    explicit Table(FileOwner& owner) : owner_(owner) {}
    void watch(WaitQueue& queue, RefCounted* queue_owner) override {
        auto* entry = new (std::nothrow) Entry(owner_);
        if (!entry) {
            is_incomplete = true;
            return;
        }
        if (queue_owner) entry->queue_owner = Ref<RefCounted>(*queue_owner);
        entry->next = std::exchange(owner_.entries_, entry);
        queue.add(entry->waiter);
    }
    bool is_incomplete = false;

private:
    FileOwner& owner_;
};

FileOwner* FileOwner::find(const File& file) {
    return static_cast<FileOwner*>(file.attachment.load(std::memory_order_acquire));
}

Result<FileOwner*> FileOwner::of(File& file) {
    if (FileOwner* owner = find(file)) return owner;
    Own<FileOwner> fresh = TRY(make_own<FileOwner>(file));
    FileAttachment* present = nullptr;
    if (!file.attachment.compare_exchange_strong(present, fresh.get(), std::memory_order_acq_rel))
        return static_cast<FileOwner*>(present);
    return fresh.release();
}

FileOwner::~FileOwner() {
    stop_watching();
    IrqLockGuard guard(g_due_lock);
    if (!due_node_.is_linked()) return;
    due_node_.unlink();
    g_due_count.fetch_sub(1, std::memory_order_relaxed);
}

Result<void> FileOwner::set_target(Target target) {
    const Credentials& caller = current_task().credentials();
    Addressee fresh;
    fresh.kind = target.kind;
    fresh.real_uid = caller.real_uid;
    fresh.effective_uid = caller.effective_uid;
    if (target.id != 0) {
        IrqLockGuard guard(process_tree_lock);
        Pid* pid = PidTable::find(target.id);
        if (!pid) return Error(Errno::ESRCH);
        if (target.kind == Kind::Thread && pid->task) fresh.task = Ref<Task>(*pid->task);
        if (target.kind == Kind::Process && pid->process) fresh.process = Ref<Process>(*pid->process);
        if (target.kind == Kind::Group && pid->group) fresh.group = Ref<ProcessGroup>(*pid->group);
    }
    {
        IrqLockGuard guard(lock_);
        std::swap(addressee_, fresh);
    }
    return {}; // the old ones are let go without the lock
}

FileOwner::Target FileOwner::target() {
    Addressee now;
    {
        IrqLockGuard guard(lock_);
        now = addressee_;
    }
    Target target{now.kind, 0};
    IrqLockGuard guard(process_tree_lock);
    if (now.task) target.id = now.task->thread_id();
    if (now.process && now.process->state != ProcessState::Reaped) target.id = now.process->id();
    if (now.group && !now.group->members.is_empty()) target.id = now.group->id;
    return target;
}

FileOwner::UserIds FileOwner::user_ids() {
    IrqLockGuard guard(lock_);
    return {addressee_.real_uid, addressee_.effective_uid};
}

void FileOwner::set_signal(int signal) {
    IrqLockGuard guard(lock_);
    signal_ = signal;
}

int FileOwner::signal() {
    IrqLockGuard guard(lock_);
    return signal_;
}

Result<void> FileOwner::watch(int fd) {
    MutexGuard watching(g_watch_mutex);
    {
        IrqLockGuard guard(lock_);
        fd_ = fd;
    }
    if (entries_) return {};
    Table table(*this);
    (void)file_.poll(&table);
    if (table.is_incomplete) return Error(Errno::ENOMEM);
    return {};
}

void FileOwner::stop_watching() {
    MutexGuard watching(g_watch_mutex);
    while (Entry* entry = entries_) {
        entries_ = entry->next;
        delete entry;
    }
}

bool FileOwner::notify(Waiter& waiter, u32 events) {
    auto& owner = *static_cast<FileOwner*>(waiter.owner());
    owner.happened_.fetch_or(events ? events : kUnknownEvent, std::memory_order_acq_rel);
    {
        IrqLockGuard guard(g_due_lock);
        if (!owner.due_node_.is_linked()) {
            g_due.push_back(owner);
            g_due_count.fetch_add(1, std::memory_order_relaxed);
        }
    }
    current_thread()->set_work(ThreadWork::Notify);
    g_telling_work.schedule();
    return true;
}

/// Whoever comes while another tells waits for it: a thread is back in user mode only when what it caused has
/// been sent.
void send_file_signals() {
    while (g_due_count.load(std::memory_order_relaxed) != 0) {
        Ref<File> file; // let go without the mutex
        MutexGuard telling(g_telling_mutex);
        FileOwner* owner;
        {
            IrqLockGuard guard(g_due_lock);
            owner = g_due.pop_front();
            if (!owner) return;
            if (owner->file_.try_acquire()) file = Ref<File>::adopt(&owner->file_);
        }
        if (file) owner->tell(owner->happened_.exchange(0, std::memory_order_acq_rel));
        g_due_count.fetch_sub(1, std::memory_order_relaxed);
    }
}

void FileOwner::tell(u32 events) {
    if (!(file_.flags() & kOpenAsync)) return;
    u32 told = file_.signalled_events();
    u32 known = events & told & (kPollIn | kPollOut);
    if (known & kPollIn) send(kPollIn);
    if (known & kPollOut) send(kPollOut);
    if (known) return;
    u32 rest = (events & kUnknownEvent ? file_.poll(nullptr) : events) & told;
    for (u32 event : {kPollErr, kPollHup, kPollIn, kPollPri, kPollOut}) {
        if (!(rest & event)) continue;
        send(event);
        return;
    }
}

void FileOwner::send(u32 event) {
    Addressee addressee;
    int signal, fd;
    {
        IrqLockGuard guard(lock_);
        addressee = addressee_;
        signal = signal_;
        fd = fd_;
    }
    if (signal == 0) return send_to(addressee, nullptr, kSigIo);
    abi::SignalInfo info;
    info.signal = signal;
    for (const Band& band : kBands) {
        if (band.event != event) continue;
        info.code = has_own_codes(signal) ? kSiSigIo : band.code;
        info.poll = {.band = band.band, .fd = fd};
    }
    send_to(addressee, &info, kSigIo);
}

/// As the owner was when it said so; nobody's rights of today count.
bool FileOwner::may_tell(const Addressee& addressee, Process& process) {
    Ref<const Credentials> other = process_credentials(process);
    if (!other) return false;
    return addressee.effective_uid == 0 || addressee.effective_uid == other->saved_uid ||
           addressee.effective_uid == other->real_uid || addressee.real_uid == other->saved_uid ||
           addressee.real_uid == other->real_uid;
}

/// The fallback goes out instead when the signal cannot be queued, and alone without information.
void FileOwner::send_to(const Addressee& addressee, const abi::SignalInfo* info, int fallback) {
    auto send_one = [&](Process& process) {
        if (!may_tell(addressee, process)) return;
        if (!info || !send_signal(process, *info)) send_kernel_signal(process, fallback);
    };
    if (addressee.task && may_tell(addressee, addressee.task->process())) {
        if (!info || !send_signal_to_task(*addressee.task, *info))
            send_kernel_signal_to_task(*addressee.task, fallback);
    }
    if (addressee.process) send_one(*addressee.process);
    if (!addressee.group) return;
    for (Ref<Process> process = next_process(1); process; process = next_process(process->id() + 1)) {
        bool is_member;
        {
            IrqLockGuard guard(process_tree_lock);
            is_member = process->group == addressee.group;
        }
        if (is_member) send_one(*process);
    }
}

void FileOwner::tell_urgent(const File& file) {
    FileOwner* owner = find(file);
    if (!owner) return;
    Addressee addressee;
    {
        IrqLockGuard guard(owner->lock_);
        addressee = owner->addressee_;
    }
    send_to(addressee, nullptr, kSigUrg);
}

} // namespace martlet
