#include "syscall/file_owner.h"

#include "event/file_owner.h"
#include "mm/user_access.h"
#include "net/socket_file.h"
#include "proc/process_group.h"
#include "proc/signal_set.h"
#include "vfs/ioctl.h"

namespace martlet {
namespace {

struct UserOwner { // struct f_owner_ex
    i32 type, id;
};

using UserIds = FileOwner::UserIds;

/// F_SETOWN's number: negative for a group.
Result<i64> set_owner(File& file, i32 who) {
    if (who == INT32_MIN) return Error(Errno::EINVAL);
    FileOwner::Target target{FileOwner::Kind::Process, who};
    if (who < 0) target = {FileOwner::Kind::Group, -who};
    TRY(TRY(FileOwner::of(file))->set_target(target));
    return 0;
}

FileOwner::Target owner_of(const File& file) {
    FileOwner* owner = FileOwner::find(file);
    return owner ? owner->target() : FileOwner::Target{};
}

i64 get_owner(const File& file) {
    FileOwner::Target target = owner_of(file);
    return target.kind == FileOwner::Kind::Group ? -target.id : target.id;
}

} // namespace

Result<i64> file_owner_command(File& file, u32 command, u64 argument) {
    constexpr i32 kTypes = 3;
    switch (command) {
    case kSetOwner: return set_owner(file, static_cast<i32>(argument));
    case kGetOwner: return get_owner(file);
    case kSetOwnerEx: {
        UserOwner given = TRY(UserPtr<UserOwner>(argument).load());
        if (given.type < 0 || given.type >= kTypes) return Error(Errno::EINVAL);
        if (given.id < 0) return Error(Errno::ESRCH);
        TRY(TRY(FileOwner::of(file))->set_target({static_cast<FileOwner::Kind>(given.type), given.id}));
        return 0;
    }
    case kGetOwnerEx: {
        FileOwner::Target target = owner_of(file);
        TRY(UserPtr<UserOwner>(argument).store({static_cast<i32>(target.kind), target.id}));
        return 0;
    }
    case kSetSignal:
        if (argument != 0 && !is_valid_signal(static_cast<int>(argument))) return Error(Errno::EINVAL);
        if (argument > static_cast<u64>(kSignalCount)) return Error(Errno::EINVAL);
        TRY(FileOwner::of(file))->set_signal(static_cast<int>(argument));
        return 0;
    case kGetOwnerIds: {
        FileOwner* owner = FileOwner::find(file);
        UserIds ids = owner ? owner->user_ids() : UserIds{};
        TRY(UserPtr<UserIds>(argument).store(ids));
        return 0;
    }
    default: {
        FileOwner* owner = FileOwner::find(file);
        return owner ? owner->signal() : 0;
    }
    }
}

Result<i64> owner_ioctl(File& file, u32 command, u64 argument) {
    if (!file.as<SocketFile>()) return Error(Errno::ENOTTY);
    if (command == kIoctlSetOwner || command == kIoctlSetGroup)
        return set_owner(file, TRY(UserPtr<i32>(argument).load()));
    TRY(UserPtr<i32>(argument).store(static_cast<i32>(get_owner(file))));
    return 0;
}

Result<void> start_signals(File& file, int fd) {
    FileOwner* owner = TRY(FileOwner::of(file));
    int group = file.terminal() ? foreground_group_of(*file.terminal()) : 0;
    if (file.terminal() && owner->target().id == 0)
        TRY(owner->set_target(group != 0 ? FileOwner::Target{FileOwner::Kind::Group, group}
                                         : FileOwner::Target{FileOwner::Kind::Process, current_process().id()}));
    return owner->watch(fd);
}

} // namespace martlet
