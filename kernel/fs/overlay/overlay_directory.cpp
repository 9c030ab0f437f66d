// Overlay directories: lookup through the layers, whiteouts, merged listings.
#include "base/format.h"
#include "fs/overlay/overlay.h"
#include "vfs/limits.h"
#include "vfs/operations.h"

namespace martlet {

Result<Ref<Inode>> OverlayDirectory::lookup(std::string_view name) {
    MounterCredentials as_mounter(overlay());
    OverlayPlaces here = TRY(places());
    OverlayPlaces found;
    bool is_done = false;
    auto look = [&](const Path& layer, bool is_upper) -> Result<void> {
        Path child = TRY(real_child(layer, name));
        if (!child) return {};
        Inode& inode = *child.dentry().inode();
        if (is_whiteout(inode)) {
            is_done = true;
            return {};
        }
        bool has_any = found.upper || !found.lower.is_empty();
        if (!inode.is_directory()) {
            is_done = true;
            if (has_any) return {}; // a file below a directory is hidden
        }
        if (is_upper) found.upper = child;
        else TRY(found.lower.push_back(child));
        if (inode.is_directory() && is_opaque(inode)) is_done = true;
        return {};
    };
    if (here.upper) TRY(look(here.upper, true));
    for (usize index = 0; index < here.lower.size() && !is_done; ++index) TRY(look(here.lower[index], false));
    if (!found.upper && found.lower.is_empty()) return Error(Errno::ENOENT);
    return TRY(overlay().inode_of(std::move(found), this, name));
}

Result<bool> OverlayDirectory::lower_has(std::string_view name) {
    OverlayPlaces here = TRY(places());
    for (const Path& layer : here.lower) {
        Path child = TRY(real_child(layer, name));
        if (child) return !is_whiteout(*child.dentry().inode());
    }
    return false;
}

Result<Path> OverlayDirectory::upper_child(std::string_view name) {
    OverlayPlaces here = TRY(places());
    return here.upper ? real_child(here.upper, name) : Result<Path>(Path());
}

/// Moves work/`temporary` to `name` in the upper directory, over a whiteout if there is one.
Result<void> OverlayDirectory::place_over(std::string_view temporary, std::string_view name, bool is_directory) {
    OverlayPlaces here = TRY(places());
    const Path& work = overlay().work;
    Path present = TRY(real_child(here.upper, name));
    bool must_exchange = present && is_directory != present.dentry().inode()->is_directory();
    TRY(rename_entry({work, temporary}, {here.upper, name}, must_exchange ? kRenameExchange : 0));
    if (!must_exchange) return {};
    return is_directory ? remove_name({work, temporary}) : martlet::remove_directory({work, temporary});
}

/// A new name: `create_real(at)` makes it in the work directory; then it gets its owner and is moved into place.
template <typename Make>
Result<Ref<Inode>> OverlayDirectory::make(std::string_view name, const InodeAttributes& wanted,
                                          Make create_real) {
    TRY(copy_up());
    MounterCredentials as_mounter(overlay());
    char temporary[24];
    usize size = format(temporary, "#%x", overlay().next_temporary());
    std::string_view temporary_name(temporary, size);
    NameAt at{overlay().work, temporary_name};
    TRY(create_real(at));
    bool is_directory = (wanted.mode & kModeTypeMask) == kModeDirectory;
    Path made = TRY(real_child(overlay().work, temporary_name));
    if (!made) return Error(Errno::EIO);
    Inode& real = *made.dentry().inode();
    {
        MutexGuard guard(real.attribute_lock);
        real.attributes.mode = (real.attributes.mode & kModeTypeMask) | (wanted.mode & kModePermissions);
        real.attributes.user_id = wanted.user_id;
        real.attributes.group_id = wanted.group_id;
    }
    Result<void> placed;
    if (is_directory) { // a lower directory of that name must not shine through
        auto hides = lower_has(name);
        auto present = upper_child(name);
        if ((hides && *hides) || (present && *present)) placed = mark_opaque(made);
    }
    if (placed) placed = place_over(temporary_name, name, is_directory);
    if (!placed) {
        (void)(is_directory ? martlet::remove_directory(at) : remove_name(at));
        return Error(placed.error());
    }
    OverlayPlaces places_of_new;
    places_of_new.upper = std::move(made);
    Ref<OverlayInode> inode = TRY(overlay().inode_of(std::move(places_of_new), this, name));
    note_added(name, *inode);
    pull_attributes();
    return inode;
}

Result<Ref<Inode>> OverlayDirectory::create(std::string_view name, const InodeAttributes& wanted) {
    u32 type = wanted.mode & kModeTypeMask;
    // What looks like a whiteout would vanish at once.
    if (type == kModeCharacter && wanted.device == 0) return Error(Errno::EPERM);
    return make(name, wanted, [&](const NameAt& at) {
        return type == kModeDirectory ? make_directory(at, wanted.mode & 0777)
                                      : make_node(at, type | 0600, wanted.device);
    });
}

Result<Ref<Inode>> OverlayDirectory::create_symlink(std::string_view name, std::string_view target,
                                                    const InodeAttributes& wanted) {
    return make(name, wanted, [&](const NameAt& at) { return make_symlink(at, target); });
}

Result<void> OverlayDirectory::link(std::string_view name, Inode& inode) {
    auto& linked = static_cast<OverlayInode&>(inode);
    TRY(copy_up());
    TRY(linked.copy_up());
    MounterCredentials as_mounter(overlay());
    OverlayPlaces from = TRY(linked.places());
    char temporary[24];
    usize size = format(temporary, "#%x", overlay().next_temporary());
    std::string_view temporary_name(temporary, size);
    TRY(make_link(from.upper, {overlay().work, temporary_name}));
    if (auto placed = place_over(temporary_name, name, false); !placed) {
        (void)remove_name({overlay().work, temporary_name});
        return placed;
    }
    linked.pull_attributes();
    note_added(name, inode);
    return {};
}

/// Takes a name away: out of the upper layer, with a whiteout in its place if a lower one has it.
Result<void> OverlayDirectory::remove_real(std::string_view name, OverlayInode& inode) {
    TRY(copy_up());
    MounterCredentials as_mounter(overlay());
    OverlayPlaces here = TRY(places());
    Path upper = TRY(upper_child(name));
    bool is_directory = inode.is_directory();
    if (!TRY(lower_has(name))) {
        if (is_directory) {
            TRY(remove_whiteouts(upper));
            return martlet::remove_directory({here.upper, name});
        }
        return remove_name({here.upper, name});
    }
    constexpr u32 kWhiteoutMode = kModeCharacter;
    if (!upper) return make_node({here.upper, name}, kWhiteoutMode, 0);
    char temporary[24];
    usize size = format(temporary, "#%x", overlay().next_temporary());
    std::string_view temporary_name(temporary, size);
    NameAt at{overlay().work, temporary_name};
    TRY(make_node(at, kWhiteoutMode, 0));
    if (auto placed = rename_entry(at, {here.upper, name}, is_directory ? kRenameExchange : 0); !placed) {
        (void)remove_name(at);
        return placed;
    }
    if (!is_directory) return {};
    TRY(remove_whiteouts(upper));
    return martlet::remove_directory(at);
}

Result<void> OverlayDirectory::unlink(std::string_view name, Inode& inode) {
    auto& removed = static_cast<OverlayInode&>(inode);
    bool was_upper = removed.is_upper();
    TRY(remove_real(name, removed));
    if (was_upper) removed.pull_attributes();
    else inode.attributes.link_count = 0;
    note_removed(name);
    pull_attributes();
    return {};
}

Result<void> OverlayDirectory::remove_directory(std::string_view name, Inode& inode) {
    auto& removed = static_cast<OverlayDirectory&>(inode);
    if (!TRY(removed.is_empty())) return Error(Errno::ENOTEMPTY);
    TRY(remove_real(name, removed));
    inode.attributes.link_count = 0;
    note_removed(name);
    pull_attributes();
    return {};
}

Result<void> OverlayDirectory::rename(std::string_view name, Inode& inode, Inode& new_directory,
                                      std::string_view new_name, Inode* replaced, bool exchange) {
    auto& target = static_cast<OverlayDirectory&>(new_directory);
    auto& moved_inode = static_cast<OverlayInode&>(inode);
    auto* gone = static_cast<OverlayInode*>(replaced);
    auto is_pure_upper = [](OverlayInode& directory) -> Result<bool> {
        OverlayPlaces at = TRY(directory.places());
        return at.upper && at.lower.is_empty();
    };
    // Where a directory is (partly) lower its contents cannot follow: the caller copies instead (rename(2), EXDEV).
    if (inode.is_directory() && !TRY(is_pure_upper(moved_inode))) return Error(Errno::EXDEV);
    if (exchange && gone->is_directory() && !TRY(is_pure_upper(*gone))) return Error(Errno::EXDEV);
    if (gone && !exchange && gone->is_directory() && !TRY(static_cast<OverlayDirectory*>(gone)->is_empty()))
        return Error(Errno::ENOTEMPTY);
    TRY(copy_up());
    TRY(target.copy_up());
    TRY(moved_inode.copy_up());
    if (exchange) TRY(gone->copy_up());
    MounterCredentials as_mounter(overlay());
    OverlayPlaces from = TRY(places()), to = TRY(target.places());
    bool old_hides = TRY(lower_has(name)), new_hides = TRY(target.lower_has(new_name));
    Path new_upper = TRY(target.upper_child(new_name));
    String old_text = TRY(String::create(name)), new_text = TRY(String::create(new_name));
    if (inode.is_directory() && (new_hides || exchange)) TRY(mark_opaque(TRY(moved_inode.places()).upper));
    if (exchange) {
        if (gone->is_directory()) TRY(mark_opaque(TRY(gone->places()).upper));
        TRY(rename_entry({from.upper, name}, {to.upper, new_name}, kRenameExchange));
    } else {
        bool target_is_directory = new_upper && new_upper.dentry().inode()->is_directory();
        if (target_is_directory) TRY(remove_whiteouts(new_upper));
        bool must_exchange = new_upper && target_is_directory != inode.is_directory(); // over a whiteout
        TRY(rename_entry({from.upper, name}, {to.upper, new_name},
                         must_exchange ? kRenameExchange : old_hides ? kRenameWhiteout : 0));
        // After an exchange with a whiteout the old name has one, which stays only if something lies below.
        if (must_exchange && !old_hides) TRY(remove_name({from.upper, name}));
    }
    Path moved_place = TRY(real_child(to.upper, new_name));
    moved_inode.moved(std::move(moved_place), Ref<OverlayInode>(target), std::move(new_text));
    moved_inode.pull_attributes();
    note_removed(name);
    target.note_removed(new_name);
    target.note_added(new_name, inode);
    if (exchange) {
        gone->moved(TRY(real_child(from.upper, name)), Ref<OverlayInode>(*this), std::move(old_text));
        note_added(name, *gone);
    } else if (gone) {
        if (gone->is_upper()) gone->pull_attributes();
        else gone->attributes.link_count = 0;
        if (gone->is_directory()) gone->attributes.link_count = 0;
    }
    pull_attributes();
    target.pull_attributes();
    return {};
}

// Listings.

namespace {

/// The names of one layer that no higher one has.
template <typename Add> class LayerSink final : public DirectorySink {
public:
    explicit LayerSink(Add add) : add_(add) {}
    bool add(std::string_view name, u64 number, u32 mode, u64) override {
        error = add_(name, number, mode);
        return static_cast<bool>(error);
    }
    Result<void> error;

private:
    Add add_;
};

} // namespace

/// Names of all layers, once: a table of hashes finds those that were there already.
Result<void> OverlayDirectory::build_listing() {
    if (is_listed_) return {};
    MounterCredentials as_mounter(overlay());
    OverlayPlaces here = TRY(places());
    struct Seen {
        String name;
        Seen* next;
    };
    constexpr usize kBuckets = 512;
    Own<Seen*[]> buckets(new (std::nothrow) Seen*[kBuckets]());
    if (!buckets) return Error(Errno::ENOMEM);
    Vector<Own<Seen>> all;
    const Path* layer = nullptr;
    auto take = [&](std::string_view name, u64 number, u32 mode) -> Result<void> {
        Seen*& bucket = buckets[DentryCache::hash_name(name) % kBuckets];
        for (Seen* seen = bucket; seen; seen = seen->next)
            if (seen->name.view() == name) return {};
        Own<Seen> seen = TRY(make_own<Seen>());
        seen->name = TRY(String::create(name));
        seen->next = bucket;
        bucket = seen.get();
        TRY(all.push_back(std::move(seen)));
        if ((mode & kModeTypeMask) == kModeCharacter) { // perhaps a whiteout
            auto child = layer->dentry().inode()->lookup(name);
            if (child && is_whiteout(**child)) return {};
        }
        return listing_.push_back({TRY(String::create(name)), number, mode});
    };
    auto list = [&](const Path& path) -> Result<void> {
        layer = &path;
        LayerSink sink(take);
        Inode& directory = *path.dentry().inode();
        MutexGuard guard(directory.directory_lock);
        TRY(directory.read_directory(0, sink));
        return sink.error;
    };
    Result<void> result = here.upper ? list(here.upper) : Result<void>();
    for (usize index = 0; result && index < here.lower.size(); ++index) result = list(here.lower[index]);
    if (!result) {
        listing_.clear();
        return result;
    }
    is_listed_ = true;
    return {};
}

Result<bool> OverlayDirectory::is_empty() {
    TRY(build_listing());
    for (const Entry& entry : listing_)
        if (!entry.name.is_empty()) return false;
    return true;
}

/// Keeps a listing that was built true to what happens; without memory it is built anew.
void OverlayDirectory::note_added(std::string_view name, const Inode& inode) {
    if (!is_listed_) return;
    auto text = String::create(name);
    if (text && listing_.push_back({*std::move(text), inode.number(), inode.mode()})) return;
    listing_.clear();
    is_listed_ = false;
}

void OverlayDirectory::note_removed(std::string_view name) {
    for (Entry& entry : listing_)
        if (entry.name.view() == name) entry.name = String();
}

Result<void> OverlayDirectory::read_directory(u64 offset, DirectorySink& sink) {
    TRY(build_listing());
    for (u64 position = offset; position < listing_.size(); ++position) {
        const Entry& entry = listing_[position];
        if (!entry.name.is_empty() && !sink.add(entry.name, entry.number, entry.mode, position + 1)) break;
    }
    return {};
}

} // namespace martlet
