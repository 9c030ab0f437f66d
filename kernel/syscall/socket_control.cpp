#include "syscall/socket_control.h"

#include "proc/process.h"
#include "proc/process_info.h"
#include "syscall/file_support.h"

namespace martlet {
namespace {

struct ControlHeader { // struct cmsghdr
    u64 size;
    i32 level, type;
};
static_assert(sizeof(ControlHeader) == 16);

constexpr i32 kSocketLevel = 1, kRights = 1, kCredentials = 2;
constexpr usize kRightsMaximum = 253, kControlMaximum = 20'480; // SCM_MAX_FD, net.core.optmem_max

Result<void> load_rights(u64 data, usize size, Ancillary& ancillary) {
    usize count = size / sizeof(i32);
    if (ancillary.files.size() + count > kRightsMaximum) return Error(Errno::EINVAL);
    TRY(ancillary.files.reserve(ancillary.files.size() + count));
    for (usize index = 0; index < count; ++index) {
        int fd = TRY((UserPtr<i32>(data) + index).load());
        if (fd < 0) return Error(Errno::EBADF);
        TRY(ancillary.files.push_back(TRY(current_task().files().descriptor(fd, Rights::Transfer))));
    }
    return {};
}

/// Only a privileged sender may say that it is somebody else.
Result<void> load_credentials(u64 data, usize size, Ancillary& ancillary) {
    if (size != sizeof(SocketCredentials)) return Error(Errno::EINVAL);
    SocketCredentials given = TRY(UserPtr<SocketCredentials>(data).load());
    const Credentials& own = current_task().credentials();
    bool may_pid = given.process_id == current_process().id() || own.has(Capability::SysAdmin);
    bool may_uid = given.user_id == own.real_uid || given.user_id == own.effective_uid || given.user_id == own.saved_uid ||
                   own.has(Capability::SetUid);
    bool may_gid = given.group_id == own.real_gid || given.group_id == own.effective_gid || given.group_id == own.saved_gid ||
                   own.has(Capability::SetGid);
    if (!may_pid || !may_uid || !may_gid) return Error(Errno::EPERM);
    if (given.process_id != current_process().id() && !find_process(given.process_id)) return Error(Errno::ESRCH);
    ancillary.credentials = given;
    ancillary.has_credentials = true;
    return {};
}

/// Where control messages go; full when one did not fit.
struct ControlWriter {
    u64 position, end;
    usize used = 0;

    usize room() const { return end > position + sizeof(ControlHeader) ? end - position - sizeof(ControlHeader) : 0; }
    Result<void> put_header(i32 type, usize size) {
        return UserPtr<ControlHeader>(position).store({sizeof(ControlHeader) + size, kSocketLevel, type});
    }
    u64 data() const { return position + sizeof(ControlHeader); }
    void advance(usize size) {
        u64 whole = align_up(sizeof(ControlHeader) + size, 8);
        if (whole > end - position) whole = end - position;
        position += whole;
        used += whole;
    }
};

Result<void> store_rights(ControlWriter& writer, u32 flags, Ancillary& ancillary, u32& flags_out) {
    usize fitting = writer.room() / sizeof(i32), stored = 0;
    u32 open_flags = flags & kMsgCloseOnExec ? kOpenCloseOnExec : 0;
    for (const Descriptor& descriptor : ancillary.files) {
        if (stored == fitting) break;
        auto fd = install_file(descriptor, open_flags);
        if (!fd) break;
        if (!(UserPtr<i32>(writer.data()) + stored).store(*fd)) {
            (void)current_task().files().close(*fd);
            break;
        }
        ++stored;
    }
    if (stored > 0) {
        TRY(writer.put_header(kRights, stored * sizeof(i32)));
        writer.advance(stored * sizeof(i32));
    }
    if (stored < ancillary.files.size()) flags_out |= kMsgCtrunc;
    return {};
}

} // namespace

Result<void> load_control(u64 control, usize size, int family, Ancillary& ancillary) {
    if (size > kControlMaximum) return Error(Errno::ENOBUFS);
    usize offset = 0;
    while (size - offset >= sizeof(ControlHeader)) {
        ControlHeader header = TRY(UserPtr<ControlHeader>(control + offset).load());
        if (header.size < sizeof header || header.size > size - offset) return Error(Errno::EINVAL);
        u64 data = control + offset + sizeof header;
        usize data_size = header.size - sizeof header;
        if (header.level == kSocketLevel) {
            if (header.type == kRights && family == kFamilyUnix) TRY(load_rights(data, data_size, ancillary));
            else if (header.type == kCredentials) TRY(load_credentials(data, data_size, ancillary));
            else return Error(Errno::EINVAL);
        }
        u64 step = align_up(header.size, 8);
        if (step > size - offset) break;
        offset += step;
    }
    return {};
}

Result<usize> store_control(u64 control, usize room, u32 flags, Ancillary& ancillary, u32& flags_out) {
    ControlWriter writer{control, control + room};
    if (ancillary.has_credentials) {
        constexpr u32 kNobody = 65534; // who has no number here
        SocketCredentials shown = ancillary.credentials;
        if (shown.user_id == ~0u) shown.user_id = kNobody;
        if (shown.group_id == ~0u) shown.group_id = kNobody;
        usize fitting = writer.room() < sizeof shown ? writer.room() : sizeof shown;
        if (room >= sizeof(ControlHeader)) {
            TRY(writer.put_header(kCredentials, fitting));
            TRY(UserSpan(writer.data(), fitting).copy_from_kernel({reinterpret_cast<const u8*>(&shown), fitting}));
            writer.advance(fitting);
        }
        if (fitting < sizeof shown) flags_out |= kMsgCtrunc;
    }
    if (!ancillary.files.is_empty()) TRY(store_rights(writer, flags, ancillary, flags_out));
    return writer.used;
}

} // namespace martlet
