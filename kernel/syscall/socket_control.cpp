#include "syscall/socket_control.h"

#include "abi/time.h"
#include "proc/pidfd.h"
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

constexpr i32 kSocketLevel = 1, kRights = 1, kCredentials = 2, kPidfd = 4;
constexpr i32 kTimestamp = 29, kTimestampNs = 35, kTimestamping = 37, kTimestampNew = 63, kTimestampNsNew = 64;
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
    if (given.user_id == ~0u || given.group_id == ~0u) return Error(Errno::EINVAL);
    const Credentials& own = current_task().credentials();
    bool may_pid = given.process_id == current_process().id() || own.has(Capability::SysAdmin);
    bool may_uid = given.user_id == own.real_uid || given.user_id == own.effective_uid ||
                   given.user_id == own.saved_uid || own.has(Capability::SetUid);
    bool may_gid = given.group_id == own.real_gid || given.group_id == own.effective_gid ||
                   given.group_id == own.saved_gid || own.has(Capability::SetGid);
    if (!may_pid || !may_uid || !may_gid) return Error(Errno::EPERM);
    ancillary.sender = given.process_id == current_process().id() ? Ref<Process>(current_process())
                                                                  : find_process(given.process_id);
    if (!ancillary.sender) return Error(Errno::ESRCH);
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
    /// Cut to the room that is left; tells whether that was needed.
    Result<void> put(i32 type, const void* data, usize size, u32& flags_out) {
        usize fitting = room() < size ? room() : size;
        if (fitting < size) flags_out |= kMsgCtrunc;
        if (end - position < sizeof(ControlHeader)) return {};
        TRY(put_header(type, fitting));
        TRY(UserSpan(this->data(), fitting).copy_from_kernel({static_cast<const u8*>(data), fitting}));
        advance(fitting);
        return {};
    }
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

Result<void> store_credentials(ControlWriter& writer, const Ancillary& ancillary, u32& flags_out) {
    constexpr u32 kNobody = 65534; // who has no number here
    SocketCredentials shown = ancillary.credentials;
    if (shown.user_id == ~0u) shown.user_id = kNobody;
    if (shown.group_id == ~0u) shown.group_id = kNobody;
    return writer.put(kCredentials, &shown, sizeof shown, flags_out);
}

/// A descriptor of who sent it; whole or not at all.
Result<void> store_pidfd(ControlWriter& writer, const Ancillary& ancillary, u32& flags_out) {
    if (writer.room() < sizeof(i32)) {
        flags_out |= kMsgCtrunc;
        return {};
    }
    if (!ancillary.sender) return {};
    auto make = [&]() -> Result<int> { return install_file(TRY(create_pidfd(ancillary.sender, 0)), kOpenCloseOnExec); };
    Result<int> fd = make();
    i32 shown = fd ? *fd : -static_cast<i32>(fd.error());
    auto stored = writer.put(kPidfd, &shown, sizeof shown, flags_out);
    if (!stored && fd) (void)current_task().files().close(*fd);
    return stored;
}

/// In the form that was asked for last, and beside it in the form of SO_TIMESTAMPING.
Result<void> store_timestamp(ControlWriter& writer, const SocketOptions& options, u64 timestamp_ns, u32& flags_out) {
    constexpr u32 kSoftware = 1u << 4; // SOF_TIMESTAMPING_SOFTWARE
    u32 flags = options.flags.load(std::memory_order_relaxed);
    bool is_new = (flags & kOptionTimestampNew) != 0;
    auto precise = abi::TimeSpec::from_ns(timestamp_ns);
    if (flags & kOptionTimestampNs) {
        TRY(writer.put(is_new ? kTimestampNsNew : kTimestampNs, &precise, sizeof precise, flags_out));
    } else {
        auto coarse = abi::TimeVal::from_ns(timestamp_ns);
        TRY(writer.put(is_new ? kTimestampNew : kTimestamp, &coarse, sizeof coarse, flags_out));
    }
    if (!(options.timestamping.load(std::memory_order_relaxed) & kSoftware)) return {};
    abi::TimeSpec all[3] = {precise, {}, {}}; // struct scm_timestamping
    return writer.put(kTimestamping, all, sizeof all, flags_out);
}

} // namespace

Result<void> load_control(u64 control, usize size, int family, Ancillary& ancillary) {
    if (size > kControlMaximum) return Error(Errno::ENOBUFS);
    if (control == 0) return Error(Errno::EFAULT); // even where nothing would be read
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

Result<usize> store_control(const Socket& socket, const ControlRoom& room, u32 flags, Ancillary& ancillary,
                            u32& flags_out) {
    if (room.address == 0 || room.size == 0) {
        if (socket.has_option(kOptionPassCredentials | kOptionPassPidfd) || ancillary.timestamp_ns != 0 ||
            !ancillary.files.is_empty())
            flags_out |= kMsgCtrunc;
        return 0;
    }
    ControlWriter writer{room.address, room.address + room.size};
    if (ancillary.timestamp_ns != 0) [[unlikely]]
        TRY(store_timestamp(writer, socket.options, ancillary.timestamp_ns, flags_out));
    if (socket.has_option(kOptionPassCredentials)) TRY(store_credentials(writer, ancillary, flags_out));
    if (!ancillary.files.is_empty()) TRY(store_rights(writer, flags, ancillary, flags_out));
    if (socket.has_option(kOptionPassPidfd)) [[unlikely]] TRY(store_pidfd(writer, ancillary, flags_out));
    return writer.used;
}

} // namespace martlet
