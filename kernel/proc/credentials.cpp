#include "proc/credentials.h"

#include <algorithm>

#include "proc/task.h"

namespace martlet {

bool Credentials::in_group(u32 gid) const {
    return gid == fs_gid || std::binary_search(groups.begin(), groups.end(), gid);
}

Result<Ref<Credentials>> Credentials::clone() const {
    Ref<Credentials> copy = TRY(make_ref<Credentials>());
    copy->real_uid = real_uid, copy->effective_uid = effective_uid, copy->saved_uid = saved_uid, copy->fs_uid = fs_uid;
    copy->real_gid = real_gid, copy->effective_gid = effective_gid, copy->saved_gid = saved_gid, copy->fs_gid = fs_gid;
    TRY(copy->groups.resize(groups.size()));
    std::copy(groups.begin(), groups.end(), copy->groups.begin());
    copy->permitted = permitted, copy->effective = effective, copy->inheritable = inheritable;
    copy->bounding = bounding, copy->ambient = ambient, copy->securebits = securebits;
    copy->account = account;
    return copy;
}

Result<Ref<const Credentials>> create_root_credentials() {
    Ref<Credentials> credentials = TRY(make_ref<Credentials>());
    credentials->account = TRY(UserAccount::get(0));
    return Ref<const Credentials>(credentials);
}

bool current_has(Capability capability) { return current_task().credentials().has(capability); }

} // namespace martlet
