// The supervisor's descriptor of a seccomp listener and its ioctls (seccomp_unotify(2)).
#include "mm/user_access.h"
#include "proc/process.h"
#include "proc/seccomp/listener.h"
#include "vfs/anonymous.h"

namespace martlet {
namespace {

AnonymousKind g_kind("anon_inode:seccomp notify");

// SECCOMP_IOCTL_NOTIF_… of <linux/seccomp.h>.
constexpr u32 kReceive = 0xc050'2100, kSend = 0xc018'2101, kIdValid = 0x4008'2102, kIdValidOld = 0x8008'2102;
constexpr u32 kAddFdNumber = 0x2103, kNumberMask = 0xffff, kSizeShift = 16,
              kSizeMask = 0x3fff; // ADDFD may grow: the command has its size

class ListenerFile final : public AnonymousFile {
public:
    ListenerFile(Path path, Ref<SeccompListener> listener)
        : AnonymousFile(kOpenReadWrite, std::move(path)), listener_(std::move(listener)) {}
    ~ListenerFile() override { listener_->close(); }
    bool is_pollable() const override { return true; }
    u32 poll(PollTable* table) override { return listener_->poll(table); }
    Result<i64> ioctl(u32 command, u64 argument) override;

private:
    Result<void> receive(u64 address);
    Result<void> send(u64 address);
    Result<int> add_file(u64 address, usize size);
    Ref<SeccompListener> listener_;
};

Result<void> ListenerFile::receive(u64 address) {
    UserPtr<SeccompNotification> user(address);
    SeccompNotification given = TRY(user.load());
    for (u8 byte : std::span(reinterpret_cast<const u8*>(&given), sizeof given))
        if (byte != 0) return Error(Errno::EINVAL);
    SeccompNotification notification = TRY(listener_->receive());
    Result<void> stored = user.store(notification);
    if (!stored) listener_->take_back(notification.id);
    return stored;
}

Result<void> ListenerFile::send(u64 address) {
    SeccompAnswer answer = TRY(UserPtr<const SeccompAnswer>(address).load());
    if (answer.flags & ~SeccompListener::kContinue) return Error(Errno::EINVAL);
    if (answer.flags && (answer.error != 0 || answer.value != 0)) return Error(Errno::EINVAL);
    return listener_->answer(answer);
}

Result<int> ListenerFile::add_file(u64 address, usize size) {
    if (size < sizeof(SeccompAddFd) || size >= kPageSize) return Error(Errno::EINVAL);
    SeccompAddFd request = TRY(UserPtr<const SeccompAddFd>(address).load());
    for (usize offset = sizeof request; offset < size; ++offset)
        if (TRY(UserPtr<const u8>(address + offset).load()) != 0) return Error(Errno::E2BIG);
    if (request.target_flags & ~kOpenCloseOnExec) return Error(Errno::EINVAL);
    if (request.flags & ~(SeccompListener::kAddSetTarget | SeccompListener::kAddSend)) return Error(Errno::EINVAL);
    if (request.target != 0 && !(request.flags & SeccompListener::kAddSetTarget)) return Error(Errno::EINVAL);
    Descriptor source = TRY(current_task().files().descriptor(static_cast<int>(request.source), Rights::Transfer));
    return listener_->add_file(request, std::move(source));
}

Result<i64> ListenerFile::ioctl(u32 command, u64 argument) {
    switch (command) {
    case kReceive: TRY(receive(argument)); return 0;
    case kSend: TRY(send(argument)); return 0;
    case kIdValid:
    case kIdValidOld:
        if (!listener_->is_valid(TRY(UserPtr<const u64>(argument).load()))) return Error(Errno::ENOENT);
        return 0;
    default: break;
    }
    if ((command & kNumberMask) != kAddFdNumber) return Error(Errno::EINVAL);
    return TRY(add_file(argument, command >> kSizeShift & kSizeMask));
}

} // namespace

Result<int> SeccompListener::open(Ref<SeccompListener> listener) {
    Ref<File> file = TRY(make_ref<ListenerFile>(TRY(g_kind.path()), std::move(listener)));
    return current_task().files().install(std::move(file), CloseOnExec::Yes, current_limit(Resource::OpenFiles));
}

} // namespace martlet
