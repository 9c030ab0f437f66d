#include "vfs/extended_attributes.h"

#include <string.h>

#include "vfs/access_list.h"
#include "vfs/caller.h"
#include "vfs/dentry.h"
#include "vfs/inode.h"
#include "vfs/mount.h"
#include "vfs/permission.h"

namespace martlet {

ExtendedAttributes::~ExtendedAttributes() {
    LockGuard guard(lock_);
    while (Entry* entry = entries_.pop_front()) ::operator delete(entry);
}

ExtendedAttributes::Entry* ExtendedAttributes::find(std::string_view name) {
    for (Entry& entry : entries_)
        if (entry.name() == name) return &entry;
    return nullptr;
}

Result<usize> ExtendedAttributes::get(std::string_view name, std::span<u8> value) {
    LockGuard guard(lock_);
    Entry* entry = find(name);
    if (!entry) return Error(Errno::ENODATA);
    if (value.empty()) return entry->value_size;
    if (value.size() < entry->value_size) return Error(Errno::ERANGE);
    memcpy(value.data(), entry->value().data(), entry->value_size);
    return entry->value_size;
}

Result<void> ExtendedAttributes::set(std::string_view name, std::span<const u8> value, u32 flags) {
    void* block = ::operator new(sizeof(Entry) + name.size() + value.size(), std::nothrow);
    if (!block) return Error(Errno::ENOMEM);
    auto* fresh = new (block) Entry{{}, static_cast<u32>(name.size()), static_cast<u32>(value.size())};
    memcpy(fresh->bytes, name.data(), name.size());
    if (!value.empty()) memcpy(fresh->bytes + name.size(), value.data(), value.size());
    Entry* unused = fresh; // freed after the lock
    Result<void> result;
    {
        LockGuard guard(lock_);
        Entry* old = find(name);
        usize added = name.size() + value.size();
        usize removed = old ? old->name_size + old->value_size : 0;
        if (old && (flags & kAttributeCreate)) {
            result = Error(Errno::EEXIST);
        } else if (!old && (flags & kAttributeReplace)) {
            result = Error(Errno::ENODATA);
        } else if (total_ - removed + added > kTotalMax) {
            result = Error(Errno::ENOSPC);
        } else {
            if (old) old->node.unlink();
            entries_.push_back(*fresh);
            total_ += added - removed;
            unused = old;
        }
    }
    ::operator delete(unused);
    return result;
}

Result<void> ExtendedAttributes::remove(std::string_view name) {
    Entry* entry;
    {
        LockGuard guard(lock_);
        entry = find(name);
        if (!entry) return Error(Errno::ENODATA);
        entry->node.unlink();
        total_ -= entry->name_size + entry->value_size;
    }
    ::operator delete(entry);
    return {};
}

Result<void> ExtendedAttributes::copy_from(ExtendedAttributes& other) {
    usize size = TRY(other.list({}, Trusted::Shown));
    if (size == 0) return {};
    Own<char[]> names(new (std::nothrow) char[size]);
    Own<u8[]> value(new (std::nothrow) u8[kAttributeValueMax]);
    if (!names || !value) return Error(Errno::ENOMEM);
    size = TRY(other.list({names.get(), size}, Trusted::Shown));
    for (usize start = 0; start < size;) {
        std::string_view name(names.get() + start);
        start += name.size() + 1;
        if (is_access_list_name(name)) continue; // a list needs more than its bytes
        usize value_size = TRY(other.get(name, {value.get(), kAttributeValueMax}));
        TRY(set(name, {value.get(), value_size}, 0));
    }
    return {};
}

Result<usize> ExtendedAttributes::list(std::span<char> names, Trusted trusted) {
    LockGuard guard(lock_);
    usize size = 0;
    for (Entry& entry : entries_) {
        if (trusted == Trusted::Hidden && entry.name().starts_with("trusted.")) continue;
        usize needed = entry.name_size + 1;
        if (!names.empty()) {
            if (names.size() - size < needed) return Error(Errno::ERANGE);
            memcpy(names.data() + size, entry.bytes, entry.name_size);
            names[size + entry.name_size] = '\0';
        }
        size += needed;
    }
    if (size > kAttributeListMax) return Error(Errno::E2BIG);
    return size;
}

namespace {

enum class Change : u8 { No, Yes };

/// The name space of `name` must be one that exists, with something behind its prefix (EOPNOTSUPP, EINVAL).
Result<void> check_name(std::string_view name) {
    for (std::string_view prefix : {"user.", "trusted.", "security."})
        if (name.starts_with(prefix)) return name.size() > prefix.size() ? Result<void>() : Error(Errno::EINVAL);
    return Error(Errno::EOPNOTSUPP);
}

/// Who may read or change an attribute of this name space (xattr(7)).
Result<void> check_attribute_permission(const Path& path, std::string_view name, Change change) {
    const Credentials& credentials = current_credentials();
    Inode& inode = *path.dentry().inode();
    if (change == Change::Yes) TRY(check_writable(path.mount()));
    if (name.starts_with("security.")) {
        if (change == Change::No) return {};
        Capability needed = name == "security.capability" ? Capability::SetFcap : Capability::SysAdmin;
        return credentials.has(needed) ? Result<void>() : Error(Errno::EPERM);
    }
    if (name.starts_with("trusted.")) {
        if (credentials.has(Capability::SysAdmin)) return {};
        return Error(change == Change::Yes ? Errno::EPERM : Errno::ENODATA);
    }
    if (name.starts_with("user.")) {
        // Links and devices are open to everybody or nobody by their mode: they carry no user attributes.
        if (!inode.is_regular() && !inode.is_directory())
            return Error(change == Change::Yes ? Errno::EPERM : Errno::ENODATA);
        bool is_sticky = inode.is_directory() && (inode.mode() & kModeSticky);
        if (change == Change::Yes && is_sticky && !is_owner_or_capable(inode, credentials)) return Error(Errno::EPERM);
    }
    return check_permission(inode, change == Change::Yes ? kMayWrite : kMayRead, credentials);
}

Result<ExtendedAttributes*> store_of(const Path& path, std::string_view name) {
    ExtendedAttributes* store = path.dentry().inode()->extended_attributes();
    if (!store) return Error(Errno::EOPNOTSUPP);
    TRY(check_name(name));
    return store;
}

} // namespace

Result<void> set_attribute(const Path& path, std::string_view name, std::span<const u8> value, u32 flags) {
    if (is_access_list_name(name)) return set_access_list(path, name, value);
    TRY(check_attribute_permission(path, name, Change::Yes));
    ExtendedAttributes* store = TRY(store_of(path, name));
    constexpr usize kRevision2Size = 20, kRevision3Size = 24; // struct vfs_cap_data
    if (name == "security.capability" && value.size() != kRevision2Size && value.size() != kRevision3Size)
        return Error(Errno::EINVAL);
    Inode& inode = *path.dentry().inode();
    TRY(inode.prepare_change());
    store = TRY(store_of(path, name));
    MutexGuard guard(inode.attribute_lock);
    TRY(store->set(name, value, flags));
    inode.touch(false);
    return {};
}

Result<usize> get_attribute(const Path& path, std::string_view name, std::span<u8> value) {
    if (is_access_list_name(name)) return get_access_list(*path.dentry().inode(), name, value);
    TRY(check_attribute_permission(path, name, Change::No));
    ExtendedAttributes* store = TRY(store_of(path, name));
    return store->get(name, value);
}

Result<usize> list_attributes(const Path& path, std::span<char> names) {
    ExtendedAttributes* store = path.dentry().inode()->extended_attributes();
    if (!store) return 0;
    using Trusted = ExtendedAttributes::Trusted;
    return store->list(names, current_credentials().has(Capability::SysAdmin) ? Trusted::Shown : Trusted::Hidden);
}

Result<void> remove_attribute(const Path& path, std::string_view name) {
    if (is_access_list_name(name)) return set_access_list(path, name, {});
    TRY(check_attribute_permission(path, name, Change::Yes));
    ExtendedAttributes* store = TRY(store_of(path, name));
    Inode& inode = *path.dentry().inode();
    TRY(inode.prepare_change());
    store = TRY(store_of(path, name));
    MutexGuard guard(inode.attribute_lock);
    TRY(store->remove(name));
    inode.touch(false);
    return {};
}

} // namespace martlet
