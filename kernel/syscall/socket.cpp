// Sockets come, get names and options, connect and end.
#include "syscall/socket.h"

#include "syscall/socket_support.h"

namespace martlet {
namespace {

constexpr u32 kTypeMask = 0xf, kTypeCount = 11;
constexpr int kFamilyCount = 46, kSocketLevel = 1;

struct SocketKind {
    SocketFamily& family;
    int type;
    u32 flags; // O_NONBLOCK, O_CLOEXEC: SOCK_NONBLOCK and SOCK_CLOEXEC have their values
};

Result<SocketKind> check_kind(int family, u32 type) {
    u32 flags = type & ~kTypeMask;
    if (flags & ~(kOpenNonBlock | kOpenCloseOnExec)) return Error(Errno::EINVAL);
    if (family < 0 || family >= kFamilyCount) return Error(Errno::EAFNOSUPPORT);
    if ((type & kTypeMask) >= kTypeCount) return Error(Errno::EINVAL);
    SocketFamily* found = find_socket_family(family);
    if (!found) return Error(Errno::EAFNOSUPPORT);
    return SocketKind{*found, static_cast<int>(type & kTypeMask), flags};
}

Result<Ref<Socket>> accept_connection(SocketFile& listener, u64 address, u64 size_address, SocketAddress& peer) {
    Ref<Socket> connection = TRY(listener.socket().accept_waiting(listener.may_wait(0)));
    if (!address) return connection;
    auto name = connection->peer_name();
    // The other side is gone already; so is what accept(2) took off the queue.
    if (!name) {
        connection->close();
        return Error(Errno::ECONNABORTED);
    }
    peer = *name;
    return connection;
}

} // namespace

Result<Ref<SocketFile>> get_socket(int fd, Rights needed) {
    Ref<File> file = TRY(get_file(fd, needed));
    if (file->flags() & kOpenPath) [[unlikely]] return Error(Errno::EBADF);
    if (!file->as<SocketFile>()) return Error(Errno::ENOTSOCK);
    return ref_static_cast<SocketFile>(std::move(file));
}

Result<SocketAddress> load_address(u64 address, int size) {
    SocketAddress loaded;
    if (size < 0 || static_cast<usize>(size) > SocketAddress::kMaximumSize) return Error(Errno::EINVAL);
    loaded.size = static_cast<u32>(size);
    TRY(UserSpan(address, loaded.size).copy_to_kernel({loaded.bytes, loaded.size}));
    return loaded;
}

Result<void> store_address(const SocketAddress& from, u64 address, u64 size_address) {
    i32 room = TRY(UserPtr<i32>(size_address).load());
    if (room < 0) return Error(Errno::EINVAL);
    u32 count = static_cast<u32>(room) < from.size ? static_cast<u32>(room) : from.size;
    if (count > 0) TRY(UserSpan(address, count).copy_from_kernel({from.bytes, count}));
    return UserPtr<i32>(size_address).store(static_cast<i32>(from.size));
}

Result<int> sys_socket(int family, u32 type, int protocol) {
    SocketKind kind = TRY(check_kind(family, type));
    Ref<Socket> socket = TRY(kind.family.create(kind.type, protocol));
    return install_file(TRY(SocketFile::create(std::move(socket), kind.flags)), kind.flags);
}

Result<void> sys_socketpair(int family, u32 type, int protocol, UserPtr<int> descriptors) {
    SocketKind kind = TRY(check_kind(family, type));
    SocketPair pair = TRY(kind.family.create_pair(kind.type, protocol));
    auto first = SocketFile::create(std::move(pair.first), kind.flags);
    auto second = SocketFile::create(std::move(pair.second), kind.flags);
    if (!first || !second) return Error(Errno::ENOMEM);
    int numbers[2];
    FdTable& files = current_task().files();
    numbers[0] = TRY(install_file(*std::move(first), kind.flags));
    auto installed = install_file(*std::move(second), kind.flags);
    Result<void> stored;
    if (installed) {
        numbers[1] = *installed;
        stored = descriptors.store_array(numbers);
        if (stored) return {};
        (void)files.close(numbers[1]);
    }
    (void)files.close(numbers[0]);
    return installed ? stored : Error(installed.error());
}

Result<void> sys_bind(int fd, u64 address, int size) {
    Ref<SocketFile> file = TRY(get_socket(fd, Rights::Manage));
    return file->socket().bind(TRY(load_address(address, size)));
}

Result<void> sys_listen(int fd, int backlog) {
    Ref<SocketFile> file = TRY(get_socket(fd, Rights::Manage));
    return file->socket().listen(static_cast<u32>(backlog));
}

Result<int> sys_accept4(int fd, u64 address, u64 size_address, u32 flags) {
    if (flags & ~(kOpenNonBlock | kOpenCloseOnExec)) return Error(Errno::EINVAL);
    Ref<SocketFile> listener = TRY(get_socket(fd, Rights::Read));
    SocketAddress peer;
    Ref<Socket> connection = TRY(accept_connection(*listener, address, size_address, peer));
    Ref<SocketFile> file = TRY(SocketFile::create(std::move(connection), flags));
    if (address) TRY(store_address(peer, address, size_address));
    return install_file(std::move(file), flags);
}

Result<int> sys_accept(int fd, u64 address, u64 size_address) { return sys_accept4(fd, address, size_address, 0); }

Result<void> sys_connect(int fd, u64 address, int size) {
    Ref<SocketFile> file = TRY(get_socket(fd, Rights::Manage));
    SocketAddress wanted = TRY(load_address(address, size));
    return file->socket().connect(wanted, file->may_wait(0));
}

Result<void> sys_shutdown(int fd, int how) {
    constexpr u32 kDirections[3] = {kShutRead, kShutWrite, kShutBoth};
    Ref<SocketFile> file = TRY(get_socket(fd, Rights::Manage));
    if (how < 0 || how > 2) return Error(Errno::EINVAL);
    return file->socket().shutdown(kDirections[how]);
}

Result<void> sys_getsockname(int fd, u64 address, u64 size_address) {
    Ref<SocketFile> file = TRY(get_socket(fd, Rights::None));
    return store_address(TRY(file->socket().name()), address, size_address);
}

Result<void> sys_getpeername(int fd, u64 address, u64 size_address) {
    Ref<SocketFile> file = TRY(get_socket(fd, Rights::None));
    return store_address(TRY(file->socket().peer_name()), address, size_address);
}

Result<void> sys_setsockopt(int fd, int level, int name, u64 value, int size) {
    if (size < 0) return Error(Errno::EINVAL);
    Ref<SocketFile> file = TRY(get_socket(fd, Rights::Manage));
    if (level != kSocketLevel) return Error(Errno::EOPNOTSUPP);
    return set_socket_option(file->socket(), name, value, size);
}

Result<void> sys_getsockopt(int fd, int level, int name, u64 value, u64 size_address) {
    Ref<SocketFile> file = TRY(get_socket(fd, Rights::None));
    if (level != kSocketLevel) return Error(Errno::EOPNOTSUPP);
    return get_socket_option(file->socket(), name, value, size_address);
}

} // namespace martlet
