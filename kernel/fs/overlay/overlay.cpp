// The overlay file system: its options, its super block.
#include "fs/overlay/overlay.h"

#include "vfs/caller.h"
#include "vfs/extended_attributes.h"
#include "vfs/operations.h"
#include "vfs/option_parser.h"
#include "vfs/path_walk.h"

namespace martlet {

FileSystemStatistics OverlaySuperBlock::statistics() {
    FileSystemStatistics statistics = work ? work.mount().super_block().statistics() : layers[0]->statistics();
    statistics.type_magic = 0x794c7630;
    return statistics;
}

Result<void> OverlaySuperBlock::sync() { return work ? work.mount().super_block().sync() : Result<void>(); }

/// The real number, with the layer's file system in the upper bits where there are several.
u64 OverlaySuperBlock::number_of(const Path& real) const {
    constexpr u32 kLayerShift = 56;
    const Inode& inode = *real.dentry().inode();
    if (ExtendedAttributes* store = const_cast<Inode&>(inode).extended_attributes()) {
        u64 origin = 0;
        auto size = store->get("trusted.overlay.origin", {reinterpret_cast<u8*>(&origin), sizeof origin});
        if (size && *size == sizeof origin) return origin;
    }
    for (usize index = 0; index < layers.size(); ++index)
        if (layers[index] == &inode.super_block()) return inode.number() | static_cast<u64>(index) << kLayerShift;
    return inode.number();
}

Result<Ref<OverlayInode>> OverlaySuperBlock::inode_of(OverlayPlaces places, OverlayInode* parent,
                                                      std::string_view name) {
    const Inode& real = places.real();
    // A lower file with several names may part from them when one is copied up: each name has an inode of its own.
    bool is_shared = places.upper || real.attributes.link_count == 1 || real.is_directory();
    if (is_shared) {
        LockGuard guard(table_lock_);
        for (OverlayInode* inode = table_[bucket_of(&real)]; inode; inode = inode->next_)
            if (inode->key_ == &real && inode->try_acquire()) return Ref<OverlayInode>::adopt(inode);
    }
    u64 number = number_of(places.top());
    String text = TRY(String::create(name));
    Ref<OverlayInode> above = parent ? Ref<OverlayInode>(*parent) : nullptr;
    Ref<OverlayInode> made;
    if (real.is_directory())
        made = TRY(
            make_ref<OverlayDirectory>(*this, number, std::move(places), std::move(above), std::move(text)));
    else made = TRY(make_ref<OverlayInode>(*this, number, std::move(places), std::move(above), std::move(text)));
    if (is_shared) remember(*made, real);
    return made;
}

void OverlaySuperBlock::forget(OverlayInode& inode) {
    LockGuard guard(table_lock_);
    if (!inode.key_) return;
    OverlayInode** link = &table_[bucket_of(inode.key_)];
    while (*link != &inode) link = &(*link)->next_;
    *link = inode.next_;
    inode.key_ = nullptr;
}

void OverlaySuperBlock::remember(OverlayInode& inode, const Inode& real) {
    forget(inode);
    LockGuard guard(table_lock_);
    inode.key_ = &real;
    inode.next_ = table_[bucket_of(&real)];
    table_[bucket_of(&real)] = &inode;
}

namespace {

struct OverlayOptions {
    std::string_view lower, upper, work;
};

Result<OverlayOptions> parse_options(std::string_view text) {
    OverlayOptions options;
    OptionParser parser(text);
    while (auto option = parser.next()) {
        if (option->name == "lowerdir") options.lower = option->value;
        else if (option->name == "upperdir") options.upper = option->value;
        else if (option->name == "workdir") options.work = option->value;
        else if (option->name == "redirect_dir" || option->name == "index" || option->name == "metacopy" ||
                 option->name == "xino" || option->name == "nfs_export" || option->name == "uuid") {
            if (option->value == "on") return Error(Errno::EINVAL); // none of these is done
        } else if (option->name != "volatile" && option->name != "default_permissions") {
            return Error(Errno::EINVAL);
        }
    }
    if (options.lower.empty() || options.upper.empty() != options.work.empty()) return Error(Errno::EINVAL);
    return options;
}

Result<Path> walk_to_layer(std::string_view name) { return walk_path(Path(), name, kWalkFollow | kWalkDirectory); }

/// An empty directory work/work for what is being made, free of what an earlier mount left.
Result<Path> prepare_work(const Path& base) {
    if (auto made = make_directory({base, "work"}, 0); !made && made.error() != Errno::EEXIST)
        return Error(made.error());
    return walk_path(base, "work", kWalkDirectory);
}

class Overlay final : public FileSystem {
public:
    std::string_view name() const override { return "overlay"; }
    Result<Ref<SuperBlock>> mount(std::string_view, std::string_view text) override {
        OverlayOptions options = TRY(parse_options(text));
        Ref<const Credentials> mounter(current_credentials());
        auto block = TRY(make_ref<OverlaySuperBlock>(std::move(mounter), TRY(String::create(text))));
        OverlayPlaces root;
        auto add_layer = [&](const Path& path) -> Result<void> {
            SuperBlock* super_block = &path.mount().super_block();
            for (SuperBlock* known : block->layers)
                if (known == super_block) return {};
            return block->layers.push_back(super_block);
        };
        if (!options.upper.empty()) {
            root.upper = TRY(walk_to_layer(options.upper));
            Path work = TRY(walk_to_layer(options.work));
            if (&work.mount() != &root.upper.mount()) return Error(Errno::EINVAL);
            if (DentryCache::is_within(work.dentry(), root.upper.dentry()) ||
                DentryCache::is_within(root.upper.dentry(), work.dentry()))
                return Error(Errno::EINVAL);
            if (root.upper.mount().is_read_only() || !root.upper.dentry().inode()->supports_whiteouts())
                return Error(Errno::EINVAL);
            block->work = TRY(prepare_work(work));
            TRY(add_layer(root.upper));
        } else {
            block->is_read_only = true;
        }
        for (std::string_view rest = options.lower; !rest.empty();) {
            usize end = rest.find(':');
            Path layer = TRY(walk_to_layer(rest.substr(0, end)));
            TRY(add_layer(layer));
            TRY(root.lower.push_back(std::move(layer)));
            rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
        }
        block->set_root(TRY(block->inode_of(std::move(root), nullptr, "")));
        return block;
    }
};

constinit Overlay overlay;
REGISTER_FILE_SYSTEM(overlay);

} // namespace
} // namespace martlet
