#include "fs/ramfs/directory.h"

#include <string.h>

#include "vfs/dentry.h"
#include "vfs/limits.h"

namespace martlet {
namespace {

constexpr u64 kBytesPerEntry = 20; // what st_size of a directory counts for a name

} // namespace

RamDirectory::~RamDirectory() {
    u64 position = 0;
    while (Entry* entry = by_position_.next(position)) {
        by_position_.remove(position);
        entry->inode->release();
        ::operator delete(entry);
    }
    ::operator delete(buckets_);
}

void RamDirectory::give_up_children() {
    u64 position = 0;
    while (Entry* entry = by_position_.next(position)) {
        by_position_.remove(position);
        give_up(*entry->inode);
        ::operator delete(entry);
    }
    for (u32 index = 0; index < bucket_count_; ++index) buckets_[index] = nullptr;
    count_ = 0;
}

Ref<Inode> RamDirectory::parent_directory() NO_THREAD_SAFETY_ANALYSIS {
    LockGuard guard(ram().lock_);
    return parent_ ? Ref<Inode>(*parent_) : nullptr;
}

void RamDirectory::set_parent(Inode& inode, RamDirectory* parent) NO_THREAD_SAFETY_ANALYSIS {
    if (!inode.is_directory()) return;
    auto& directory = static_cast<RamDirectory&>(inode);
    LockGuard guard(directory.ram().lock_);
    directory.parent_ = parent;
}

RamDirectory::Entry* RamDirectory::find(std::string_view name) const {
    if (count_ == 0) return nullptr;
    u32 hash = DentryCache::hash_name(name);
    for (Entry* entry = buckets_[hash & (bucket_count_ - 1)]; entry; entry = entry->next)
        if (entry->hash == hash && entry->size == name.size() && memcmp(entry->name, name.data(), name.size()) == 0)
            return entry;
    return nullptr;
}

Result<Ref<Inode>> RamDirectory::lookup(std::string_view name) {
    Entry* entry = find(name);
    if (!entry) return Error(Errno::ENOENT);
    return Ref<Inode>(*entry->inode);
}

/// Doubles the buckets when they hold one entry each on average.
Result<void> RamDirectory::grow() {
    if (count_ < bucket_count_) return {};
    u32 wanted = bucket_count_ == 0 ? 8 : bucket_count_ * 2;
    auto** table = static_cast<Entry**>(::operator new(wanted * sizeof(Entry*), std::nothrow));
    if (!table) return bucket_count_ > 0 ? Result<void>() : Error(Errno::ENOMEM); // longer chains do as well
    memset(table, 0, wanted * sizeof(Entry*));
    for (u32 index = 0; index < bucket_count_; ++index) {
        for (Entry* entry = buckets_[index]; entry;) {
            Entry* next = entry->next;
            Entry*& head = table[entry->hash & (wanted - 1)];
            entry->next = head;
            head = entry;
            entry = next;
        }
    }
    ::operator delete(buckets_);
    buckets_ = table;
    bucket_count_ = wanted;
    return {};
}

Result<void> RamDirectory::add(std::string_view name, Inode& inode) {
    TRY(grow());
    auto* entry = static_cast<Entry*>(::operator new(sizeof(Entry) + name.size(), std::nothrow));
    if (!entry) return Error(Errno::ENOMEM);
    entry->hash = DentryCache::hash_name(name);
    entry->size = static_cast<u32>(name.size());
    entry->position = next_position_;
    entry->inode = &inode;
    memcpy(entry->name, name.data(), name.size());
    auto inserted = by_position_.insert(entry->position, entry);
    if (!inserted) {
        ::operator delete(entry);
        return inserted;
    }
    ++next_position_;
    inode.acquire();
    Entry*& head = buckets_[entry->hash & (bucket_count_ - 1)];
    entry->next = head;
    head = entry;
    ++count_;
    attributes.size = count_ * kBytesPerEntry;
    if (inode.is_directory()) ++attributes.link_count;
    set_parent(inode, this);
    touch(true);
    return {};
}

RamDirectory::Entry** RamDirectory::bucket_link(const Entry* entry) {
    Entry** link = &buckets_[entry->hash & (bucket_count_ - 1)];
    while (*link != entry) link = &(*link)->next;
    return link;
}

Inode* RamDirectory::erase(std::string_view name) {
    Entry* entry = find(name);
    DEBUG_ASSERT(entry);
    *bucket_link(entry) = entry->next;
    by_position_.remove(entry->position);
    Inode* inode = entry->inode;
    ::operator delete(entry);
    --count_;
    attributes.size = count_ * kBytesPerEntry;
    if (inode->is_directory()) --attributes.link_count;
    touch(true);
    return inode;
}

Result<Ref<Inode>> RamDirectory::create(std::string_view name, const InodeAttributes& wanted) {
    Ref<RamInode> inode = TRY(ram().create_inode(wanted));
    TRY(add(name, *inode));
    return inode;
}

Result<Ref<Inode>> RamDirectory::create_symlink(std::string_view name, std::string_view target,
                                                const InodeAttributes& wanted) {
    if (target.size() >= kPathMax) return Error(Errno::ENAMETOOLONG);
    String text = TRY(String::create(target));
    InodeAttributes with_size = wanted;
    with_size.size = target.size();
    auto made = ram().make_inode<RamSymlink>(ram(), ram().next_number(), with_size, std::move(text));
    Ref<RamInode> inode = TRY(std::move(made));
    TRY(add(name, *inode));
    return inode;
}

Result<Ref<Inode>> RamDirectory::create_nameless(const InodeAttributes& wanted) {
    Ref<RamInode> inode = TRY(ram().create_inode(wanted));
    inode->attributes.link_count = 0;
    return inode;
}

Result<void> RamDirectory::link(std::string_view name, Inode& inode) {
    bool is_another = inode.attributes.link_count > 0;
    if (is_another) TRY(ram().reserve_inode());
    if (auto added = add(name, inode); !added) {
        if (is_another) ram().return_inode();
        return added;
    }
    ++inode.attributes.link_count;
    inode.touch(false);
    return {};
}

Result<void> RamDirectory::unlink(std::string_view name, Inode& inode) {
    Inode* erased = erase(name);
    if (--inode.attributes.link_count > 0) ram().return_inode();
    inode.touch(false);
    erased->release();
    return {};
}

Result<void> RamDirectory::remove_directory(std::string_view name, Inode& inode) {
    if (!static_cast<RamDirectory&>(inode).is_empty()) return Error(Errno::ENOTEMPTY);
    Inode* erased = erase(name);
    set_parent(inode, nullptr);
    inode.attributes.link_count = 0;
    inode.touch(false);
    erased->release();
    return {};
}

Result<void> RamDirectory::rename(std::string_view name, Inode& inode, Inode& new_directory, std::string_view new_name,
                                  Inode* replaced, bool exchange) {
    auto& target = static_cast<RamDirectory&>(new_directory);
    if (exchange) {
        Entry* first = find(name);
        Entry* second = target.find(new_name);
        std::swap(first->inode, second->inode);
        int moved = static_cast<int>(replaced->is_directory()) - static_cast<int>(inode.is_directory());
        attributes.link_count += static_cast<u32>(moved);
        target.attributes.link_count -= static_cast<u32>(moved);
        set_parent(inode, &target);
        set_parent(*replaced, this);
        touch(true);
        target.touch(true);
        replaced->touch(false);
    } else if (replaced) {
        if (replaced->is_directory() && !static_cast<RamDirectory*>(replaced)->is_empty())
            return Error(Errno::ENOTEMPTY);
        // The new name's entry changes hands: nothing can fail from here on.
        Entry* entry = target.find(new_name);
        Inode* moved = erase(name);
        Inode* gone = std::exchange(entry->inode, moved);
        set_parent(*moved, &target);
        set_parent(*gone, nullptr);
        if (gone->is_directory()) {
            gone->attributes.link_count = 0; // the moved directory takes its place in the parent's count
        } else {
            MutexGuard guard(gone->attribute_lock);
            if (--gone->attributes.link_count > 0) ram().return_inode();
        }
        target.touch(true);
        gone->touch(false);
        gone->release();
    } else {
        TRY(target.add(new_name, inode));
        erase(name)->release();
    }
    inode.touch(false);
    return {};
}

Result<void> RamDirectory::read_directory(u64 offset, DirectorySink& sink) {
    auto add = [&](const Entry& entry, u64 position) {
        return sink.add({entry.name, entry.size}, entry.inode->number(), entry.inode->mode(), position + 1);
    };
    for (u64 position = offset; Entry* entry = by_position_.next(position);) {
        u32 count = 0;
        Entry* const* slots = by_position_.leaf_slots(position, count);
        if (!slots) { // a tree of one entry
            add(*entry, position);
            break;
        }
        for (u32 index = 0; index < count; ++index, ++position)
            if (slots[index] && !add(*slots[index], position)) return {};
    }
    return {};
}

} // namespace martlet
