// What a process carries along and programs ask for in a word: personality, timerslack_ns, timers, loginuid, sessionid,
// user name space maps, cgroup, coredump_filter, children (proc(5)).
#include "fs/proc/process_entries.h"

namespace martlet {
namespace {

using ulong = unsigned long long;

Result<u64> parse_decimal(std::string_view text) {
    u64 value = 0;
    if (text.empty()) return Error(Errno::EINVAL);
    for (char character : text) {
        if (character < '0' || character > '9') return Error(Errno::EINVAL);
        if (__builtin_mul_overflow(value, 10u, &value) ||
            __builtin_add_overflow(value, static_cast<u64>(character - '0'), &value))
            return Error(Errno::EINVAL);
    }
    return value;
}

Ref<Task> task_of(const ProcSubject& subject) { return subject.task ? subject.task : next_task(*subject.process, 0); }

} // namespace

Result<void> show_personality(TextBuffer& text, const ProcSubject& subject) {
    if (!may_inspect(*subject.process)) return Error(Errno::EPERM);
    text.print("%08x\n", subject.process->personality.load(std::memory_order_relaxed));
    return {};
}

Result<void> show_timer_slack(TextBuffer& text, const ProcSubject& subject) {
    Ref<Task> task = task_of(subject);
    if (!task) return Error(Errno::ESRCH);
    if (task.get() != &current_task() && !current_task().credentials().has(Capability::SysNice))
        return Error(Errno::EPERM);
    text.print("%llu\n", static_cast<ulong>(task->timer_slack_ns));
    return {};
}

Result<void> store_timer_slack(std::string_view value, const ProcSubject& subject) {
    constexpr u64 kDefaultSlackNs = 50'000;
    Ref<Task> task = task_of(subject);
    if (!task) return Error(Errno::ESRCH);
    if (task.get() != &current_task() && !current_task().credentials().has(Capability::SysNice))
        return Error(Errno::EPERM);
    u64 slack = TRY(parse_decimal(value));
    task->timer_slack_ns = slack != 0 ? slack : kDefaultSlackNs;
    return {};
}

Result<void> show_login_uid(TextBuffer& text, const ProcSubject& subject) {
    text.print("%u", subject.process->login_uid.load(std::memory_order_relaxed));
    return {};
}

/// Set once by whoever logs a user in (pam_loginuid); changing it needs CAP_AUDIT_CONTROL.
Result<void> store_login_uid(std::string_view value, const ProcSubject& subject) {
    if (subject.process.get() != &current_task().process()) return Error(Errno::EPERM);
    u64 user = TRY(parse_decimal(value));
    if (user > ~0u) return Error(Errno::EINVAL);
    bool is_set = subject.process->login_uid.load(std::memory_order_relaxed) != ~0u;
    if (is_set && !current_task().credentials().has(Capability::AuditControl)) return Error(Errno::EPERM);
    subject.process->login_uid.store(static_cast<u32>(user), std::memory_order_relaxed);
    return {};
}

Result<void> show_session_id(TextBuffer& text, const ProcSubject&) {
    text.print("%u", ~0u); // no audit sessions
    return {};
}

Result<void> show_id_map(TextBuffer& text, const ProcSubject&) {
    text.print("%10u %10u %10u\n", 0u, 0u, ~0u); // the first user name space, the only one
    return {};
}

Result<void> show_setgroups(TextBuffer& text, const ProcSubject&) {
    text.append("allow\n");
    return {};
}

Result<void> show_cgroup(TextBuffer& text, const ProcSubject&) {
    text.append("0::/\n");
    return {};
}

Result<void> show_coredump_filter(TextBuffer& text, const ProcSubject& subject) {
    if (!process_address_space(*subject.process)) return {};
    text.print("%08x\n", subject.process->core_dump_filter.load(std::memory_order_relaxed));
    return {};
}

/// In any base, as strtoul(3) reads it; bits without a meaning are dropped.
Result<void> store_coredump_filter(std::string_view value, const ProcSubject& subject) {
    bool is_hexadecimal = value.starts_with("0x") || value.starts_with("0X");
    u64 base = is_hexadecimal ? 16 : value.starts_with("0") ? 8 : 10, filter = 0;
    if (is_hexadecimal) value.remove_prefix(2);
    if (value.empty()) return Error(Errno::EINVAL);
    for (char character : value) {
        u64 digit = character >= '0' && character <= '9' ? static_cast<u64>(character - '0')
                                                         : static_cast<u64>((character | 0x20) - 'a') + 10;
        if (digit >= base || (filter = filter * base + digit) > ~0u) return Error(Errno::EINVAL);
    }
    if (!process_address_space(*subject.process)) return Error(Errno::ESRCH);
    subject.process->core_dump_filter.store(static_cast<u32>(filter) & kCoreFilterMask, std::memory_order_relaxed);
    return {};
}

/// The timers made by timer_create(2), the latest first.
Result<void> show_timers(TextBuffer& text, const ProcSubject& subject) {
    int id = -1;
    while (Ref<PosixTimer> timer = subject.process->posix_timers.find_before(id)) {
        id = timer->id();
        const TimerNotice& notice = timer->notice();
        constexpr const char* kKinds[] = {"signal", "none", "thread"};
        text.print("ID: %d\nsignal: %d/%016llx\nnotify: %s/%s.%d\nClockID: %d\n", id, notice.signal,
                   static_cast<ulong>(notice.value), kKinds[static_cast<u32>(notice.kind)],
                   notice.task ? "tid" : "pid",
                   notice.task ? notice.task->thread_id() : subject.process->id(), notice.clock);
        if (id == 0) break;
    }
    return {};
}

Result<void> show_cpuset(TextBuffer& text, const ProcSubject&) {
    text.append("/\n");
    return {};
}

/// The processes that this task made, if it still counts as their maker; all others count for the leader.
Result<void> show_children(TextBuffer& text, const ProcSubject& subject) {
    if (!subject.task) return Error(Errno::ENOENT);
    int self = subject.task->thread_id();
    bool is_leader = self == subject.process->id();
    for (int minimum = 1; Ref<Process> child = next_process(minimum); minimum = child->id() + 1) {
        int creator;
        {
            IrqLockGuard guard(process_tree_lock);
            if (child->parent != subject.process.get()) continue;
            creator = child->creator_thread_id;
        }
        bool is_own = creator == self || (is_leader && (creator == 0 || !find_task(creator)));
        if (is_own) text.print("%d ", child->id());
    }
    return {};
}

} // namespace martlet
