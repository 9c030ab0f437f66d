#include "ipc/sysv_object.h"

#include "proc/task.h"

namespace martlet {

IpcObject::IpcObject(int key, u32 mode)
    : key_(key), user_id_(current_task().credentials().effective_uid),
      group_id_(current_task().credentials().effective_gid), mode_(mode & 0777), creator_user_id_(user_id_),
      creator_group_id_(group_id_) {}

abi::IpcPermission IpcObject::permission() const {
    return {.key = key(),
            .user_id = user_id_.load(std::memory_order_relaxed),
            .group_id = group_id_.load(std::memory_order_relaxed),
            .creator_user_id = creator_user_id_,
            .creator_group_id = creator_group_id_,
            .mode = mode(),
            .sequence = static_cast<u16>(static_cast<u32>(id_) >> kIpcIndexBits)};
}

Result<void> IpcObject::check_access(u32 wanted) const {
    const Credentials& credentials = current_task().credentials();
    u32 asked = (wanted >> 6 | wanted >> 3 | wanted) & 7;
    u32 granted = mode();
    u32 group = group_id_.load(std::memory_order_relaxed);
    auto is_member = [&](u32 id) { return credentials.effective_gid == id || credentials.in_group(id); };
    if (credentials.effective_uid == creator_user_id_ ||
        credentials.effective_uid == user_id_.load(std::memory_order_relaxed))
        granted >>= 6;
    else if (is_member(creator_group_id_) || is_member(group)) granted >>= 3;
    if ((asked & ~granted) == 0 || credentials.has(Capability::IpcOwner)) return {};
    return Error(Errno::EACCES);
}

Result<void> IpcObject::check_owner() const {
    const Credentials& credentials = current_task().credentials();
    if (credentials.effective_uid == creator_user_id_ ||
        credentials.effective_uid == user_id_.load(std::memory_order_relaxed) ||
        credentials.has(Capability::SysAdmin))
        return {};
    return Error(Errno::EPERM);
}

Result<void> IpcObject::change_owner(const abi::IpcPermission& wanted) {
    if (wanted.user_id == ~0u || wanted.group_id == ~0u) return Error(Errno::EINVAL);
    user_id_.store(wanted.user_id, std::memory_order_relaxed);
    group_id_.store(wanted.group_id, std::memory_order_relaxed);
    mode_.store((mode() & ~0777u) | (wanted.mode & 0777), std::memory_order_relaxed);
    return {};
}

} // namespace martlet
