#include "net/socket_file.h"

#include "mm/user_access.h"
#include "vfs/anonymous.h"
#include "vfs/ioctl.h"

namespace martlet {

Result<Ref<SocketFile>> SocketFile::create(Ref<Socket> socket, u32 flags) {
    auto path = make_anonymous_node("socket", kModeSocket | 0777, nullptr);
    Result<Ref<SocketFile>> file = Error(Errno::ENOMEM);
    if (path) file = make_ref<SocketFile>(socket, kOpenReadWrite | (flags & kOpenNonBlock), *std::move(path));
    if (!file) socket->close();
    return file;
}

SocketFile::SocketFile(Ref<Socket> socket, u32 flags, Path path)
    : File(flags, std::move(path), kKind), socket_(std::move(socket)) {
    socket_->set_file(this, inode()->number());
}

SocketFile::~SocketFile() {
    socket_->set_file(nullptr, 0);
    socket_->close();
}

Result<usize> SocketFile::read(IoCursor& to, u64) {
    if (to.remaining() == 0) return 0;
    IncomingMessage message{.data = to};
    auto count = socket_->receive(message, may_wait(to));
    to = message.data;
    return count;
}

Result<usize> SocketFile::write(IoCursor& from, u64) {
    OutgoingMessage message{.data = from};
    auto count = socket_->send(message, may_wait(from));
    from = message.data;
    return count;
}

Result<i64> SocketFile::ioctl(u32 command, u64 argument) {
    constexpr u32 kBytesUnsent = 0x5411, kAtMark = 0x8905, kBoundFile = 0x89e0; // SIOCOUTQ, SIOCATMARK, SIOCUNIXFILE
    usize count;
    switch (command) {
    case kIoctlBytesReadable: count = TRY(socket_->bytes_readable()); break;
    case kBytesUnsent: count = socket_->bytes_unsent(); break;
    case kAtMark: count = TRY(socket_->is_at_urgent_mark()) ? 1 : 0; break;
    case kBoundFile: return TRY(socket_->open_bound_file());
    default: return Error(Errno::ENOTTY);
    }
    TRY(UserPtr<int>(argument).store(static_cast<int>(count)));
    return 0;
}

} // namespace martlet
