#include "syscall/credentials.h"

#include <algorithm>

#include "proc/process.h"
#include "syscall/capabilities.h"

namespace martlet {

namespace {

constexpr u32 kUnchanged = ~0u;
constexpr u64 kFileSystemCapabilities =
    1ull << 0 | 1ull << 1 | 1ull << 2 | 1ull << 3 | 1ull << 4 | 1ull << 9 | 1ull << 27 | 1ull << 32;

const Credentials& own() { return current_task().credentials(); }

bool is_any_root(const Credentials& credentials) {
    return credentials.real_uid == 0 || credentials.effective_uid == 0 || credentials.saved_uid == 0;
}

/// capabilities(7), "Effect of user ID changes on capabilities".
void adjust_capabilities(Credentials& next, const Credentials& old) {
    if (next.securebits & kSecureNoSetuidFixup) return;
    if (is_any_root(old) && !is_any_root(next)) {
        if (!(next.securebits & kSecureKeepCapabilities)) next.permitted = next.effective = 0;
        next.ambient = 0;
    }
    if (old.effective_uid == 0 && next.effective_uid != 0) next.effective = 0;
    if (old.effective_uid != 0 && next.effective_uid == 0) next.effective = next.permitted;
}

} // namespace

/// Puts changed credentials in force. RLIMIT_NPROC is only noted here: execve is where Linux refuses.
Result<void> publish_credentials(Ref<Credentials> next) {
    Task& task = current_task();
    const Credentials& old = task.credentials();
    if (next->real_uid != old.real_uid) {
        next->account = TRY(UserAccount::get(next->real_uid));
        next->account->tasks.fetch_add(1, std::memory_order_relaxed);
        old.account->tasks.fetch_sub(1, std::memory_order_relaxed);
        task.has_exceeded_process_limit =
            next->real_uid != 0 && next->account->tasks.load(std::memory_order_relaxed) >
                                       task.process().limits.soft(Resource::Processes);
    }
    if (next->effective_uid != old.effective_uid || next->effective_gid != old.effective_gid ||
        next->fs_uid != old.fs_uid || next->fs_gid != old.fs_gid || (next->permitted & ~old.permitted) != 0) {
        task.process().is_dumpable = false;
        task.parent_death_signal = 0;
    }
    task.set_credentials(std::move(next));
    return {};
}

Result<u32> sys_getuid() { return own().real_uid; }
Result<u32> sys_geteuid() { return own().effective_uid; }
Result<u32> sys_getgid() { return own().real_gid; }
Result<u32> sys_getegid() { return own().effective_gid; }

Result<void> sys_setuid(u32 user_id) {
    if (user_id == kUnchanged) return Error(Errno::EINVAL);
    const Credentials& old = own();
    Ref<Credentials> next = TRY(old.clone());
    if (old.has(Capability::SetUid)) next->real_uid = next->saved_uid = user_id;
    else if (user_id != old.real_uid && user_id != old.saved_uid) return Error(Errno::EPERM);
    next->effective_uid = next->fs_uid = user_id;
    adjust_capabilities(*next, old);
    return publish_credentials(std::move(next));
}

Result<void> sys_setgid(u32 group_id) {
    if (group_id == kUnchanged) return Error(Errno::EINVAL);
    const Credentials& old = own();
    Ref<Credentials> next = TRY(old.clone());
    if (old.has(Capability::SetGid)) next->real_gid = next->saved_gid = group_id;
    else if (group_id != old.real_gid && group_id != old.saved_gid) return Error(Errno::EPERM);
    next->effective_gid = next->fs_gid = group_id;
    return publish_credentials(std::move(next));
}

Result<void> sys_setreuid(u32 real, u32 effective) {
    const Credentials& old = own();
    bool may_any = old.has(Capability::SetUid);
    if (real != kUnchanged && !may_any && real != old.real_uid && real != old.effective_uid) return Error(Errno::EPERM);
    if (effective != kUnchanged && !may_any && effective != old.real_uid && effective != old.effective_uid &&
        effective != old.saved_uid)
        return Error(Errno::EPERM);
    Ref<Credentials> next = TRY(old.clone());
    if (real != kUnchanged) next->real_uid = real;
    if (effective != kUnchanged) next->effective_uid = effective;
    if (real != kUnchanged || (effective != kUnchanged && effective != old.real_uid))
        next->saved_uid = next->effective_uid;
    next->fs_uid = next->effective_uid;
    adjust_capabilities(*next, old);
    return publish_credentials(std::move(next));
}

Result<void> sys_setregid(u32 real, u32 effective) {
    const Credentials& old = own();
    bool may_any = old.has(Capability::SetGid);
    if (real != kUnchanged && !may_any && real != old.real_gid && real != old.effective_gid) return Error(Errno::EPERM);
    if (effective != kUnchanged && !may_any && effective != old.real_gid && effective != old.effective_gid &&
        effective != old.saved_gid)
        return Error(Errno::EPERM);
    Ref<Credentials> next = TRY(old.clone());
    if (real != kUnchanged) next->real_gid = real;
    if (effective != kUnchanged) next->effective_gid = effective;
    if (real != kUnchanged || (effective != kUnchanged && effective != old.real_gid))
        next->saved_gid = next->effective_gid;
    next->fs_gid = next->effective_gid;
    return publish_credentials(std::move(next));
}

Result<void> sys_setresuid(u32 real, u32 effective, u32 saved) {
    const Credentials& old = own();
    auto is_allowed = [&old](u32 id) {
        return id == kUnchanged || old.has(Capability::SetUid) || id == old.real_uid || id == old.effective_uid ||
               id == old.saved_uid;
    };
    if (!is_allowed(real) || !is_allowed(effective) || !is_allowed(saved)) return Error(Errno::EPERM);
    Ref<Credentials> next = TRY(old.clone());
    if (real != kUnchanged) next->real_uid = real;
    if (effective != kUnchanged) next->effective_uid = effective;
    if (saved != kUnchanged) next->saved_uid = saved;
    next->fs_uid = next->effective_uid;
    adjust_capabilities(*next, old);
    return publish_credentials(std::move(next));
}

Result<void> sys_setresgid(u32 real, u32 effective, u32 saved) {
    const Credentials& old = own();
    auto is_allowed = [&old](u32 id) {
        return id == kUnchanged || old.has(Capability::SetGid) || id == old.real_gid || id == old.effective_gid ||
               id == old.saved_gid;
    };
    if (!is_allowed(real) || !is_allowed(effective) || !is_allowed(saved)) return Error(Errno::EPERM);
    Ref<Credentials> next = TRY(old.clone());
    if (real != kUnchanged) next->real_gid = real;
    if (effective != kUnchanged) next->effective_gid = effective;
    if (saved != kUnchanged) next->saved_gid = saved;
    next->fs_gid = next->effective_gid;
    return publish_credentials(std::move(next));
}

Result<void> sys_getresuid(UserPtr<u32> real, UserPtr<u32> effective, UserPtr<u32> saved) {
    TRY(real.store(own().real_uid));
    TRY(effective.store(own().effective_uid));
    return saved.store(own().saved_uid);
}

Result<void> sys_getresgid(UserPtr<u32> real, UserPtr<u32> effective, UserPtr<u32> saved) {
    TRY(real.store(own().real_gid));
    TRY(effective.store(own().effective_gid));
    return saved.store(own().saved_gid);
}

/// Answers the previous value whether or not it changed (setfsuid(2)).
Result<u32> sys_setfsuid(u32 user_id) {
    const Credentials& old = own();
    u32 previous = old.fs_uid;
    bool is_allowed = user_id == old.real_uid || user_id == old.effective_uid || user_id == old.saved_uid ||
                      user_id == old.fs_uid || old.has(Capability::SetUid);
    if (user_id == kUnchanged || user_id == previous || !is_allowed) return previous;
    Ref<Credentials> next = TRY(old.clone());
    next->fs_uid = user_id;
    if (!(next->securebits & kSecureNoSetuidFixup)) {
        if (previous == 0) next->effective &= ~kFileSystemCapabilities;
        else if (user_id == 0) next->effective |= next->permitted & kFileSystemCapabilities;
    }
    TRY(publish_credentials(std::move(next)));
    return previous;
}

Result<u32> sys_setfsgid(u32 group_id) {
    const Credentials& old = own();
    u32 previous = old.fs_gid;
    bool is_allowed = group_id == old.real_gid || group_id == old.effective_gid || group_id == old.saved_gid ||
                      group_id == old.fs_gid || old.has(Capability::SetGid);
    if (group_id == kUnchanged || group_id == previous || !is_allowed) return previous;
    Ref<Credentials> next = TRY(old.clone());
    next->fs_gid = group_id;
    TRY(publish_credentials(std::move(next)));
    return previous;
}

Result<int> sys_getgroups(int size, UserPtr<u32> list) {
    if (size < 0) return Error(Errno::EINVAL);
    const Vector<u32>& groups = own().groups;
    if (size == 0) return static_cast<int>(groups.size());
    if (groups.size() > static_cast<usize>(size)) return Error(Errno::EINVAL);
    TRY(list.store_array(groups.span()));
    return static_cast<int>(groups.size());
}

Result<void> sys_setgroups(int size, UserPtr<const u32> list) {
    constexpr int kMaximumGroups = 65536; // NGROUPS_MAX
    if (!current_has(Capability::SetGid)) return Error(Errno::EPERM);
    if (size < 0 || size > kMaximumGroups) return Error(Errno::EINVAL);
    Ref<Credentials> next = TRY(own().clone());
    TRY(next->groups.resize(static_cast<usize>(size)));
    TRY(list.load_array(next->groups.span()));
    // A comparison of our own: libc++ keeps the default one for integers in its library.
    std::sort(next->groups.begin(), next->groups.end(), [](u32 left, u32 right) { return left < right; });
    return publish_credentials(std::move(next));
}

} // namespace martlet
