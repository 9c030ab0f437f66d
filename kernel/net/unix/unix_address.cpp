// Names of AF_UNIX sockets: paths, abstract names and those chosen automatically (unix(7)).
#include "base/format.h"
#include "base/random.h"
#include "net/unix/unix_socket.h"
#include "proc/resource_limits.h"
#include "proc/task.h"
#include "vfs/caller.h"
#include "vfs/dentry.h"
#include "vfs/fs_context.h"
#include "vfs/inode.h"
#include "vfs/open.h"
#include "vfs/operations.h"
#include "vfs/path_walk.h"
#include "vfs/permission.h"

namespace martlet {

namespace {

constexpr u32 kFamilySize = 2, kAddressMaximum = 110; // sizeof(struct sockaddr_un)
constexpr u32 kBuckets = 64;

enum class NameKind : u8 { None, Path, Abstract };

/// What the address names; EINVAL.
Result<NameKind> check_address(const SocketAddress& address) {
    if (address.size < kFamilySize || address.size > kAddressMaximum || address.family() != kFamilyUnix)
        return Error(Errno::EINVAL);
    if (address.size == kFamilySize) return NameKind::None;
    return address.bytes[kFamilySize] == 0 ? NameKind::Abstract : NameKind::Path;
}

std::string_view path_of(const SocketAddress& address) {
    const char* text = reinterpret_cast<const char*>(address.bytes) + kFamilySize;
    std::string_view given(text, address.size - kFamilySize);
    return given.substr(0, given.find('\0'));
}

} // namespace

/// The table of abstract names; sockets of different types do not meet.
class UnixNames {
public:
    static Ref<UnixSocket> find(const SocketAddress& address, int type) {
        LockGuard guard(lock);
        UnixSocket* found = find_locked(address, type);
        return found && found->try_acquire() ? Ref<UnixSocket>::adopt(found) : nullptr;
    }
    static bool add(UnixSocket& socket, const SocketAddress& address) {
        LockGuard guard(lock);
        if (find_locked(address, socket.type())) return false;
        socket.address_ = address;
        bucket(address, socket.type()).push_back(socket);
        return true;
    }
    static void remove(UnixSocket& socket) {
        LockGuard guard(lock);
        socket.name_node_.unlink();
    }

private:
    using Bucket = List<UnixSocket, &UnixSocket::name_node_>;
    static Bucket& bucket(const SocketAddress& address, int type) REQUIRES(lock) {
        u32 hash = DentryCache::hash_name({reinterpret_cast<const char*>(address.bytes), address.size});
        return buckets[(hash ^ static_cast<u32>(type)) % kBuckets];
    }
    static UnixSocket* find_locked(const SocketAddress& address, int type) REQUIRES(lock) {
        for (UnixSocket& socket : bucket(address, type))
            if (socket.type() == type && socket.address_.size == address.size &&
                memcmp(socket.address_.bytes, address.bytes, address.size) == 0)
                return &socket;
        return nullptr;
    }
    static SpinLock lock;
    static Bucket buckets[kBuckets] GUARDED_BY(lock);
};

SpinLock UnixNames::lock{LockRank::Leaf};
UnixNames::Bucket UnixNames::buckets[kBuckets];

Result<void> UnixSocket::bind(const SocketAddress& address) {
    NameKind kind = TRY(check_address(address));
    if (kind == NameKind::None) return bind_automatically();
    MutexGuard guard(setup_mutex_);
    if (is_bound_.load(std::memory_order_relaxed)) {
        // A name that is taken comes first.
        bool is_taken = kind == NameKind::Path && walk_path(Path(), path_of(address), kWalkFollow).has_value();
        return Error(is_taken ? Errno::EADDRINUSE : Errno::EINVAL);
    }
    if (kind == NameKind::Path) return bind_path(path_of(address));
    return bind_abstract(address);
}

Result<void> UnixSocket::bind_abstract(const SocketAddress& address) {
    if (!UnixNames::add(*this, address)) return Error(Errno::EADDRINUSE);
    is_bound_.store(true, std::memory_order_release);
    return {};
}

/// The node in the tree holds the socket, so that whoever connects finds it.
Result<void> UnixSocket::bind_path(std::string_view path) {
    auto made = make_socket({Path(), path}, kModeSocket | 0777, current_task().fs_context().umask(),
                            Ref<RefCounted>(*this));
    if (!made) return Error(made.error() == Errno::EEXIST ? Errno::EADDRINUSE : made.error());
    path_ = *std::move(made);
    address_ = {};
    address_.set_family(kFamilyUnix);
    memcpy(address_.bytes + kFamilySize, path.data(), path.size());
    address_.size = static_cast<u32>(kFamilySize + path.size() + 1);
    is_bound_.store(true, std::memory_order_release);
    return {};
}

/// An abstract name of five hexadecimal digits that is free.
Result<void> UnixSocket::bind_automatically() {
    MutexGuard guard(setup_mutex_);
    if (is_bound_.load(std::memory_order_relaxed)) return {};
    constexpr u32 kNames = 1u << 20;
    u32 first;
    random_bytes({reinterpret_cast<u8*>(&first), sizeof first});
    for (u32 attempt = 0; attempt < kNames; ++attempt) {
        SocketAddress address;
        address.set_family(kFamilyUnix);
        char digits[8];
        format(digits, "%05x", (first + attempt) % kNames);
        memcpy(address.bytes + kFamilySize + 1, digits, 5);
        address.size = kFamilySize + 6;
        if (bind_abstract(address)) return {};
    }
    return Error(Errno::ENOSPC);
}

void UnixSocket::forget_name() {
    if (!is_bound_.load(std::memory_order_acquire)) return;
    if (!path_) {
        UnixNames::remove(*this);
        return;
    }
    Inode& inode = *path_.dentry().inode();
    Ref<RefCounted> held;
    {
        MutexGuard guard(inode.attribute_lock);
        if (inode.attachment == this) held = std::move(inode.attachment);
    }
    path_ = Path();
}

/// EINVAL, what the walk to a path answers, EACCES, ECONNREFUSED, EPROTOTYPE.
Result<Ref<UnixSocket>> UnixSocket::find(const SocketAddress& address, int type) {
    NameKind kind = TRY(check_address(address));
    if (kind == NameKind::None) return Error(Errno::EINVAL);
    if (kind == NameKind::Abstract) {
        Ref<UnixSocket> found = UnixNames::find(address, type);
        if (!found) return Error(Errno::ECONNREFUSED);
        return found;
    }
    Path path = TRY(walk_path(Path(), path_of(address), kWalkFollow));
    Inode& inode = *path.dentry().inode();
    TRY(check_permission(inode, kMayWrite, current_credentials()));
    if ((inode.mode() & kModeTypeMask) != kModeSocket) return Error(Errno::ECONNREFUSED);
    Ref<RefCounted> attachment;
    {
        MutexGuard guard(inode.attribute_lock);
        attachment = inode.attachment;
    }
    if (!attachment) return Error(Errno::ECONNREFUSED);
    auto found = ref_static_cast<UnixSocket>(std::move(attachment));
    if (found->type() != type) return Error(Errno::EPROTOTYPE);
    return found;
}

SocketAddress UnixSocket::address_or_family() {
    if (is_bound_.load(std::memory_order_acquire)) return address_;
    SocketAddress unnamed;
    unnamed.set_family(kFamilyUnix);
    return unnamed;
}

Result<int> UnixSocket::open_bound_file() {
    if (!current_credentials().has(Capability::NetAdmin)) return Error(Errno::EPERM);
    Path path;
    {
        MutexGuard guard(setup_mutex_);
        path = path_;
    }
    if (!path) return Error(Errno::ENOENT);
    return current_task().files().install(TRY(open_path(path, kOpenPath)), CloseOnExec::Yes,
                                          current_limit(Resource::OpenFiles));
}

Result<SocketAddress> UnixSocket::name() { return address_or_family(); }

Result<SocketAddress> UnixSocket::peer_name() {
    Ref<UnixSocket> peer;
    {
        LockGuard guard(lock_);
        peer = peer_;
    }
    if (!peer) return Error(Errno::ENOTCONN);
    return peer->address_or_family();
}

} // namespace martlet
