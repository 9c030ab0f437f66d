// Overlay inodes: where they really are, and copying up.
#include "base/format.h"
#include "fs/overlay/overlay.h"
#include "vfs/extended_attributes.h"
#include "vfs/inode_file.h"
#include "vfs/limits.h"
#include "vfs/operations.h"

namespace martlet {
namespace {

constexpr std::string_view kOrigin = "trusted.overlay.origin"; // here: the inode number that programs saw before

} // namespace

Result<OverlayPlaces> OverlayPlaces::clone() const {
    OverlayPlaces copy;
    copy.upper = upper;
    for (const Path& path : lower) TRY(copy.lower.push_back(path));
    return copy;
}

OverlayInode::OverlayInode(OverlaySuperBlock& block, u64 number, OverlayPlaces places,
                           Ref<OverlayInode> parent, String name)
    : Inode(block, number), places_(std::move(places)), parent_(std::move(parent)), name_(std::move(name)) {
    attributes = places_.real().attributes;
    if (is_directory()) attributes.link_count = 1;
}

OverlayInode::~OverlayInode() { overlay().forget(*this); }

Ref<Inode> OverlayInode::real() {
    LockGuard guard(place_lock_);
    return Ref<Inode>(places_.real());
}

bool OverlayInode::is_upper() {
    LockGuard guard(place_lock_);
    return static_cast<bool>(places_.upper);
}

/// The vector of lower places never changes after birth, so that it may be copied without the lock that
/// allocation forbids.
Result<OverlayPlaces> OverlayInode::places() NO_THREAD_SAFETY_ANALYSIS {
    OverlayPlaces copy;
    for (const Path& path : places_.lower) TRY(copy.lower.push_back(path));
    LockGuard guard(place_lock_);
    copy.upper = places_.upper;
    return copy;
}

void OverlayInode::moved(Path upper, Ref<OverlayInode> parent, String name) {
    LockGuard guard(place_lock_);
    std::swap(places_.upper, upper);
    std::swap(parent_, parent);
    std::swap(name_, name);
}

/// Directories of several layers show one link: nobody counts their subdirectories.
void OverlayInode::pull_attributes() {
    attributes = real()->attributes;
    if (is_directory() && attributes.link_count > 1) attributes.link_count = 1;
}

Result<void> OverlayInode::refresh_attributes() {
    TRY(real()->refresh_attributes());
    u32 links = attributes.link_count;
    pull_attributes();
    if (links == 0 && !is_upper()) attributes.link_count = 0; // its lower name is hidden by a whiteout
    return {};
}

Result<void> OverlayInode::attributes_changed() {
    if (!is_upper()) return {}; // no change of a lower file gets here without prepare_change
    Ref<Inode> inode = real();
    MutexGuard guard(inode->attribute_lock);
    inode->attributes.mode = attributes.mode;
    inode->attributes.user_id = attributes.user_id;
    inode->attributes.group_id = attributes.group_id;
    inode->attributes.access_time = attributes.access_time;
    inode->attributes.modify_time = attributes.modify_time;
    inode->attributes.change_time = attributes.change_time;
    return inode->attributes_changed();
}

// Content: the real inode's.

Result<Ref<File>> OverlayInode::open(u32 flags, const Path& path) {
    if ((flags & kOpenAccessMode) != kOpenReadOnly && is_regular()) TRY(copy_up());
    return open_inode_file(*this, flags, path);
}
Result<String> OverlayInode::read_link() { return real()->read_link(); }
Result<usize> OverlayInode::read_at(IoCursor& to, u64 offset) { return real()->read_at(to, offset); }
Result<Ref<MemoryObject>> OverlayInode::mapping_object() { return real()->mapping_object(); }
PageCache* OverlayInode::page_cache() { return real()->page_cache(); }
ExtendedAttributes* OverlayInode::extended_attributes() { return real()->extended_attributes(); }
u64 OverlayInode::next_data(u64 offset) { return real()->next_data(offset); }
u64 OverlayInode::next_hole(u64 offset) { return real()->next_hole(offset); }

Result<usize> OverlayInode::write_at(IoCursor& from, u64 offset) {
    Ref<Inode> inode = real();
    MutexGuard guard(inode->attribute_lock);
    auto count = inode->write_at(from, offset);
    attributes.size = inode->attributes.size;
    inode->attributes.mode = attributes.mode; // privileges lost by the write
    inode->touch(true);
    return count;
}

Result<void> OverlayInode::truncate(u64 size) {
    Ref<Inode> inode = real();
    MutexGuard guard(inode->attribute_lock);
    TRY(inode->truncate(size));
    inode->touch(true);
    attributes.size = size;
    return {};
}

Result<void> OverlayInode::allocate(u32 mode, u64 offset, u64 size) {
    Ref<Inode> inode = real();
    MutexGuard guard(inode->attribute_lock);
    auto result = inode->allocate(mode, offset, size);
    attributes.size = inode->attributes.size;
    return result;
}

// Copying up.

Result<void> OverlayInode::copy_up() {
    if (is_upper()) return {};
    if (!overlay().has_upper()) return Error(Errno::EROFS);
    MounterCredentials as_mounter(overlay());
    MutexGuard guard(overlay().copy_up_lock);
    // From the highest parent that is not up yet down to this one, without recursion: trees nest at will.
    while (!is_upper()) {
        Ref<OverlayInode> next(*this);
        for (;;) {
            Ref<OverlayInode> above;
            {
                LockGuard place_guard(next->place_lock_);
                above = next->parent_;
            }
            if (!above || above->is_upper()) break;
            next = std::move(above);
        }
        TRY(next->copy_up_one());
    }
    return {};
}

/// A complete copy in the work directory.
Result<Path> OverlayInode::copy_to_work(const OverlayPlaces& from, std::string_view temporary) {
    const Path& work = overlay().work;
    const Inode& source = from.real();
    NameAt at{work, temporary};
    switch (source.mode() & kModeTypeMask) {
    case kModeDirectory: TRY(make_directory(at, 0700)); break;
    case kModeSymlink: {
        String target = TRY(from.real().read_link());
        TRY(make_symlink(at, target));
        break;
    }
    default: TRY(make_node(at, (source.mode() & kModeTypeMask) | 0600, source.attributes.device)); break;
    }
    Path copy = TRY(real_child(work, temporary));
    if (!copy) return Error(Errno::EIO);
    Result<void> filled = source.is_regular() ? copy_content(from.top(), copy) : Result<void>();
    if (filled) filled = copy_attributes(source, *copy.dentry().inode());
    if (filled) {
        u64 origin = number();
        auto bytes = std::span(reinterpret_cast<const u8*>(&origin), sizeof origin);
        if (ExtendedAttributes* store = copy.dentry().inode()->extended_attributes())
            filled = store->set(kOrigin, bytes, 0);
    }
    if (filled) return copy;
    if (source.is_directory()) (void)martlet::remove_directory(at);
    else (void)remove_name(at);
    return Error(filled.error());
}

Result<void> OverlayInode::copy_up_one() {
    OverlayPlaces from = TRY(places());
    Ref<OverlayInode> parent;
    String name;
    {
        Ref<OverlayInode> found;
        {
            LockGuard guard(place_lock_);
            found = parent_;
        }
        if (!found) return Error(Errno::EROFS); // the root always has an upper place
        parent = std::move(found);
        char text[kNameMax];
        usize size;
        {
            LockGuard guard(place_lock_);
            size = name_.size();
            memcpy(text, name_.c_str(), size);
        }
        name = TRY(String::create({text, size}));
    }
    OverlayPlaces above = TRY(parent->places());
    char temporary[24];
    usize size = format(temporary, "#%x", overlay().next_temporary());
    std::string_view temporary_name(temporary, size);
    Path copy = TRY(copy_to_work(from, temporary_name));
    if (auto placed = rename_entry({overlay().work, temporary_name}, {above.upper, name}, 0); !placed) {
        if (from.real().is_directory()) (void)martlet::remove_directory({overlay().work, temporary_name});
        else (void)remove_name({overlay().work, temporary_name});
        return placed;
    }
    Ref<Inode> inode(*copy.dentry().inode());
    {
        LockGuard guard(place_lock_);
        std::swap(places_.upper, copy);
    }
    overlay().remember(*this, *inode);
    return {};
}

} // namespace martlet
