#include "proc/seccomp/listener.h"

#include "proc/process.h"

namespace martlet {

SeccompListener::Notification* SeccompListener::find(u64 id) {
    for (Notification& each : notifications_)
        if (each.shown.id == id) return &each;
    return nullptr;
}

SeccompListener::Notification* SeccompListener::find_in_state(State state) {
    for (Notification& each : notifications_)
        if (each.state == state) return &each;
    return nullptr;
}

WaitMode SeccompListener::wait_mode(const Notification& notification) const {
    bool is_killable = received_wait_ == ReceivedWait::Killable && notification.state == State::Sent;
    return is_killable ? WaitMode::Killable : WaitMode::Interruptible;
}

/// Something for the task to do, even if only to wait in another mode.
bool SeccompListener::has_news(Notification& notification, WaitMode mode) {
    LockGuard guard(lock_);
    return notification.state == State::Answered || !notification.additions.is_empty() ||
           wait_mode(notification) != mode;
}

Ref<SeccompListener::Addition> SeccompListener::take_addition(Notification& notification) {
    Addition* first = notification.additions.pop_front();
    if (!first) return nullptr;
    first->progress.store(Progress::Taken);
    return Ref<Addition>::adopt(first);
}

void SeccompListener::finish(Addition& addition, int result) {
    addition.result = result;
    addition.progress.store(Progress::Done);
    addition.done.wake_all();
}

/// By the task: the file becomes one of its descriptors; with kAddSend that is also the answer.
void SeccompListener::install(Notification& notification, Ref<Addition> addition) {
    const SeccompAddFd& request = addition->request;
    CloseOnExec cloexec = request.target_flags & kOpenCloseOnExec ? CloseOnExec::Yes : CloseOnExec::No;
    u64 limit = current_limit(Resource::OpenFiles);
    FdTable& files = current_task().files();
    int result = static_cast<int>(request.target);
    if (request.flags & kAddSetTarget) {
        if (auto done = files.install_at(result, std::move(addition->source), cloexec, limit); !done)
            result = -static_cast<int>(done.error());
    } else {
        auto installed = files.install(std::move(addition->source), cloexec, limit);
        result = installed ? *installed : -static_cast<int>(installed.error());
    }
    if (request.flags & kAddSend) {
        LockGuard guard(lock_);
        notification.answer = {.id = request.id, .value = result, .error = 0, .flags = 0};
        if (result < 0) notification.state = State::Sent;
    }
    finish(*addition, result);
}

SeccompListener::Outcome SeccompListener::ask(const SeccompCall& call) {
    Notification notification;
    WaitMode mode;
    {
        LockGuard guard(lock_);
        if (is_closed_) return {false, -static_cast<i64>(Errno::ENOSYS)};
        notification.shown = {next_id_++, static_cast<u32>(current_task().thread_id()), 0, call};
        notifications_.push_back(notification);
        mode = wait_mode(notification);
    }
    changed_.announce(kPollIn);
    for (;;) {
        Result<void> waited = notification.changed.wait([&] { return has_news(notification, mode); }, mode);
        Ref<Addition> addition;
        {
            LockGuard guard(lock_);
            WaitMode previous = std::exchange(mode, wait_mode(notification));
            if (!waited && mode == previous) break;
            if (!waited) continue;
            addition = take_addition(notification);
            if (!addition && notification.state == State::Answered) break;
        }
        if (addition) install(notification, std::move(addition));
    }
    Outcome outcome{false, -static_cast<i64>(Errno::kRestartSys)};
    for (;;) { // the supervisor hears that the task is gone
        Ref<Addition> addition;
        {
            LockGuard guard(lock_);
            addition = take_addition(notification);
            if (!addition) {
                const SeccompAnswer& answer = notification.answer;
                bool is_answered = notification.state == State::Answered;
                if (is_answered)
                    outcome = {(answer.flags & kContinue) != 0, answer.error != 0 ? answer.error : answer.value};
                notification.node.unlink();
                // A restart code as answer reaches the program; that of an interrupted wait is acted upon.
                if (!is_answered) current_thread()->set_work(ThreadWork::SignalPending);
                return outcome;
            }
        }
        finish(*addition, -static_cast<int>(Errno::ESRCH));
    }
}

void SeccompListener::lose_filter() {
    {
        LockGuard guard(lock_);
        has_lost_filter_ = true;
    }
    changed_.announce(kPollHup);
}

Result<SeccompNotification> SeccompListener::receive() {
    SeccompNotification shown;
    bool is_over = false;
    auto take = [&] {
        LockGuard guard(lock_);
        Notification* waiting = find_in_state(State::Waiting);
        is_over = !waiting && has_lost_filter_;
        if (!waiting) return is_over;
        waiting->state = State::Sent;
        shown = waiting->shown;
        if (received_wait_ == ReceivedWait::Killable) waiting->changed.wake_all();
        return true;
    };
    TRY(changed_.wait(take));
    if (is_over) return Error(Errno::ENOENT);
    changed_.announce(kPollOut);
    return shown;
}

void SeccompListener::take_back(u64 id) {
    {
        LockGuard guard(lock_);
        Notification* notification = find(id);
        if (!notification || notification->state != State::Sent) return;
        notification->state = State::Waiting;
        notification->changed.wake_all();
    }
    changed_.announce(kPollIn);
}

Result<void> SeccompListener::answer(const SeccompAnswer& answer) {
    LockGuard guard(lock_);
    Notification* notification = find(answer.id);
    if (!notification) return Error(Errno::ENOENT);
    if (notification->state != State::Sent) return Error(Errno::EINPROGRESS);
    notification->state = State::Answered;
    notification->answer = answer;
    notification->changed.wake_all();
    return {};
}

bool SeccompListener::is_valid(u64 id) {
    LockGuard guard(lock_);
    Notification* notification = find(id);
    return notification && notification->state == State::Sent;
}

Result<int> SeccompListener::add_file(const SeccompAddFd& request, Descriptor source) {
    Ref<Addition> addition = TRY(make_ref<Addition>(request, std::move(source)));
    {
        LockGuard guard(lock_);
        Notification* notification = find(request.id);
        if (!notification) return Error(Errno::ENOENT);
        if (notification->state != State::Sent) return Error(Errno::EINPROGRESS);
        if (request.flags & kAddSend) {
            if (!notification->additions.is_empty()) return Error(Errno::EBUSY);
            notification->state = State::Answered;
        }
        notification->additions.push_back(*Ref<Addition>(*addition).leak());
        notification->changed.wake_all();
    }
    auto is_done = [&] { return addition->progress.load() == Progress::Done; };
    if (!addition->done.wait(is_done)) {
        Ref<Addition> withdrawn;
        {
            LockGuard guard(lock_);
            if (addition->progress.load() == Progress::Queued) {
                addition->node.unlink();
                withdrawn = Ref<Addition>::adopt(addition.get());
                Notification* notification = find(request.id);
                if (notification && (request.flags & kAddSend)) notification->state = State::Sent;
            }
        }
        if (withdrawn) return Error(Errno::kRestartSys);
        addition->done.wait_uninterruptible(is_done); // the task is at it
    }
    if (addition->result < 0) return Error(static_cast<Errno>(-addition->result));
    return addition->result;
}

u32 SeccompListener::poll(PollTable* table) {
    if (table) table->watch(changed_);
    LockGuard guard(lock_);
    return (find_in_state(State::Waiting) ? kPollIn | kPollRdNorm : 0u) |
           (find_in_state(State::Sent) ? kPollOut | kPollWrNorm : 0u) | (has_lost_filter_ ? kPollHup : 0u);
}

void SeccompListener::close() {
    LockGuard guard(lock_);
    is_closed_ = true;
    for (Notification& each : notifications_) {
        if (each.state == State::Answered) continue;
        each.state = State::Answered;
        each.answer = {.id = each.shown.id, .value = 0, .error = -static_cast<i32>(Errno::ENOSYS), .flags = 0};
        each.changed.wake_all();
    }
}

} // namespace martlet
