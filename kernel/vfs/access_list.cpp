#include "vfs/access_list.h"

#include <string.h>

#include "base/vector.h"
#include "vfs/caller.h"
#include "vfs/dentry.h"
#include "vfs/extended_attributes.h"
#include "vfs/mount.h"
#include "vfs/permission.h"

namespace martlet {
namespace {

constexpr std::string_view kAccessName = "system.posix_acl_access", kDefaultName = "system.posix_acl_default";

struct Entry { // struct posix_acl_xattr_entry
    u16 tag, permissions;
    u32 id;
};
enum Tag : u16 { kOwner = 1, kUser = 2, kOwningGroup = 4, kGroup = 8, kMask = 16, kOther = 32 };
constexpr u32 kVersion = 2, kNoId = ~0u;

/// A list, as entries in the order that acl(5) asks for.
class AccessList {
public:
    /// EOPNOTSUPP for another version, EINVAL for what is no list.
    static Result<AccessList> parse(std::span<const u8> bytes) {
        u32 version;
        if (bytes.size() < sizeof version || bytes.size() % sizeof(Entry) != sizeof version)
            return Error(Errno::EINVAL);
        memcpy(&version, bytes.data(), sizeof version);
        if (version != kVersion) return Error(Errno::EOPNOTSUPP);
        AccessList list;
        TRY(list.entries_.resize((bytes.size() - sizeof version) / sizeof(Entry)));
        memcpy(list.entries_.data(), bytes.data() + sizeof version, bytes.size() - sizeof version);
        for (Entry& entry : list.entries_) {
            bool is_named = entry.tag == kUser || entry.tag == kGroup;
            bool is_known = is_named || entry.tag == kOwner || entry.tag == kOwningGroup || entry.tag == kMask ||
                            entry.tag == kOther;
            if (!is_known || (is_named && entry.id == kNoId)) return Error(Errno::EINVAL);
            if (!is_named) entry.id = kNoId;
        }
        return list;
    }
    static Result<AccessList> load(const Inode& inode, std::string_view name) {
        ExtendedAttributes& store = *const_cast<Inode&>(inode).extended_attributes();
        for (;;) {
            usize size = TRY(store.get(name, {}));
            Vector<u8> bytes;
            TRY(bytes.resize(size));
            auto got = store.get(name, {bytes.data(), size});
            if (got) return parse({bytes.data(), *got});
            if (got.error() != Errno::ERANGE) return Error(got.error()); // it grew meanwhile
        }
    }
    Result<void> store(Inode& inode, std::string_view name) const {
        Vector<u8> bytes;
        TRY(bytes.resize(sizeof kVersion + entries_.size() * sizeof(Entry)));
        memcpy(bytes.data(), &kVersion, sizeof kVersion);
        memcpy(bytes.data() + sizeof kVersion, entries_.data(), entries_.size() * sizeof(Entry));
        return inode.extended_attributes()->set(name, {bytes.data(), bytes.size()}, 0);
    }

    bool is_empty() const { return entries_.size() == 0; }
    /// Each of owner, owning group and others once, in order, and a mask where somebody is named (acl(5)).
    bool is_valid() const {
        u32 previous = 0, seen = 0;
        for (const Entry& entry : entries_) {
            bool is_named = entry.tag == kUser || entry.tag == kGroup;
            if ((entry.permissions & ~7) || entry.tag < previous || (entry.tag == previous && !is_named)) return false;
            previous = entry.tag;
            seen |= entry.tag;
        }
        constexpr u32 kNeeded = kOwner | kOwningGroup | kOther;
        return (seen & kNeeded) == kNeeded && (!(seen & (kUser | kGroup)) || (seen & kMask));
    }
    /// Whether a mode says the same.
    bool is_minimal() const { return entries_.size() == 3; }
    u32 mode() const {
        return permissions_of(kOwner) << 6 | permissions_of(group_class()) << 3 | permissions_of(kOther);
    }
    void set_mode(u32 mode) {
        for (Entry& entry : entries_) {
            if (entry.tag == kOwner) entry.permissions = mode >> 6 & 7;
            if (entry.tag == group_class()) entry.permissions = mode >> 3 & 7;
            if (entry.tag == kOther) entry.permissions = mode & 7;
        }
    }
    /// acl(5), "Access check algorithm", behind the owner.
    bool grants(u32 wanted, u32 owning_group, const Credentials& credentials) const {
        bool is_in_class = false;
        u32 mask = find(kMask) ? permissions_of(kMask) : 7;
        for (const Entry& entry : entries_) {
            bool contains = (entry.permissions & wanted) == wanted;
            switch (entry.tag) {
            case kUser:
                if (entry.id == credentials.fs_uid) return contains && (mask & wanted) == wanted;
                break;
            case kOwningGroup:
            case kGroup:
                if (!credentials.in_group(entry.tag == kGroup ? entry.id : owning_group)) break;
                is_in_class = true;
                if (contains) return (mask & wanted) == wanted;
                break;
            case kOther: return !is_in_class && contains;
            default: break;
            }
        }
        return false;
    }

private:
    const Entry* find(u16 tag) const {
        for (const Entry& entry : entries_)
            if (entry.tag == tag) return &entry;
        return nullptr;
    }
    u32 permissions_of(u16 tag) const { return find(tag) ? find(tag)->permissions : 0; }
    u16 group_class() const { return find(kMask) ? kMask : kOwningGroup; }

    Vector<Entry> entries_;
};

u8 flag_of(std::string_view name) { return name == kAccessName ? kHasAccessList : kHasDefaultList; }

bool can_have_lists(const Inode& inode) { return inode.supports_access_lists() && !inode.is_symlink(); }

/// Under attribute_lock.
Result<void> replace_list(Inode& inode, std::string_view name, const AccessList* list) {
    if (list) {
        TRY(list->store(inode, name));
        inode.access_lists.fetch_or(flag_of(name), std::memory_order_relaxed);
    } else {
        (void)inode.extended_attributes()->remove(name); // there may be none
        inode.access_lists.fetch_and(static_cast<u8>(~flag_of(name)), std::memory_order_relaxed);
    }
    return {};
}

} // namespace

bool is_access_list_name(std::string_view name) { return name == kAccessName || name == kDefaultName; }

Result<void> set_access_list(const Path& path, std::string_view name, std::span<const u8> value) {
    TRY(check_writable(path.mount()));
    Inode& inode = *path.dentry().inode();
    AccessList list;
    if (!value.empty()) list = TRY(AccessList::parse(value));
    if (!can_have_lists(inode)) return Error(Errno::EOPNOTSUPP);
    bool is_default = name == kDefaultName;
    if (is_default && !inode.is_directory()) return list.is_empty() ? Result<void>() : Error(Errno::EACCES);
    const Credentials& credentials = current_credentials();
    MutexGuard guard(inode.attribute_lock);
    if (!is_owner_or_capable(inode, credentials)) return Error(Errno::EPERM);
    if (!list.is_empty() && !list.is_valid()) return Error(Errno::EINVAL);
    bool is_kept = !list.is_empty() && (is_default || !list.is_minimal());
    TRY(replace_list(inode, name, is_kept ? &list : nullptr));
    if (!is_default && !list.is_empty()) {
        u32 mode = (inode.mode() & ~0777u) | list.mode();
        if (!credentials.in_group(inode.attributes.group_id) && !credentials.has(Capability::Fsetid))
            mode &= ~kModeSetGid;
        inode.attributes.mode = mode;
    }
    inode.touch(false);
    return inode.attributes_changed();
}

Result<usize> get_access_list(Inode& inode, std::string_view name, std::span<u8> value) {
    if (!can_have_lists(inode)) return Error(Errno::EOPNOTSUPP);
    return inode.extended_attributes()->get(name, value);
}

Result<u32> granted_by_access_list(const Inode& inode, u32 wanted, const Credentials& credentials) {
    auto list = AccessList::load(inode, kAccessName);
    if (!list) return Error(list.error() == Errno::ENODATA ? Errno::EACCES : list.error()); // it has just been removed
    return list->grants(wanted, inode.attributes.group_id, credentials) ? wanted : 0;
}

Result<void> apply_mode_to_access_list(Inode& inode) {
    if (!(inode.access_lists.load(std::memory_order_relaxed) & kHasAccessList)) return {};
    AccessList list = TRY(AccessList::load(inode, kAccessName));
    list.set_mode(inode.mode());
    return list.store(inode, kAccessName);
}

Result<void> inherit_access_lists(Inode& directory, Inode& made) {
    bool has_default = (directory.access_lists.load(std::memory_order_relaxed) & kHasDefaultList) != 0;
    if (!has_default || !can_have_lists(made)) return {};
    AccessList list = TRY(AccessList::load(directory, kDefaultName));
    MutexGuard guard(made.attribute_lock);
    if (made.is_directory()) TRY(replace_list(made, kDefaultName, &list));
    list.set_mode(made.mode() & list.mode());
    made.attributes.mode = (made.mode() & ~0777u) | list.mode();
    return list.is_minimal() ? Result<void>() : replace_list(made, kAccessName, &list);
}

Result<Ref<Inode>> create_with_access(Inode& directory, std::string_view name, const InodeAttributes& attributes) {
    Ref<Inode> made = TRY(directory.create(name, attributes));
    if (directory.access_lists.load(std::memory_order_relaxed) == 0) [[likely]] return made;
    auto inherited = inherit_access_lists(directory, *made);
    if (inherited) return made;
    if (made->is_directory()) (void)directory.remove_directory(name, *made);
    else (void)directory.unlink(name, *made);
    return Error(inherited.error());
}

} // namespace martlet
