// ISO 9660 with Rock Ridge or Joliet, from a block device (ECMA-119, SUSP, RRIP). Read-only.
//
// Options (mount(8), iso9660): norock, nojoliet; map=, check=, mode=, dmode=, uid=, gid=, block= and others
// are taken; only mode, dmode, uid and gid of trees without Rock Ridge have an effect. An inode is made from
// a directory record and remembers where its bytes are; the number is the record's place, or the block of a
// directory, so that names that lead to one directory agree. Pages of a file come straight from the device
// through its own FilledCache: an extent need not lie on a page boundary.
#include "base/vector.h"
#include "block/block_device.h"
#include "fs/iso9660/rock_ridge.h"
#include "vfs/dentry.h"
#include "vfs/file_system.h"
#include "vfs/filled_cache.h"
#include "vfs/limits.h"
#include "vfs/option_parser.h"

namespace martlet {
namespace {

struct IsoOptions : IsoMountOptions {
    u32 user_id = 0, group_id = 0;
    u32 file_mode = 0555, directory_mode = 0555;
};

/// Reads through a device, no further than its end.
class DeviceImage final : public IsoImage {
public:
    explicit DeviceImage(BlockDevice& device) : device_(device) {}
    u64 size() const override { return device_.size_bytes(); }
    Result<void> read(u64 offset, std::span<u8> bytes) override {
        u64 end = device_.size_bytes();
        if (offset > end || bytes.size() > end - offset) return Error(Errno::EIO);
        return device_.read(offset, bytes);
    }

private:
    BlockDevice& device_;
};

class IsoSuperBlock final : public SuperBlock {
public:
    IsoSuperBlock(BlockDeviceUse use, const IsoVolume& found, const IsoOptions& wanted)
        : volume(found), options_(wanted), use_(std::move(use)), image_(use_.device()) {
        device = use_.device().number();
        is_read_only = true;
    }
    Ref<Inode> root() override { return root_; }
    void set_root(Ref<Inode> root) { root_ = std::move(root); }
    FileSystemStatistics statistics() override {
        return {.type_magic = 0x9660, .block_size = volume.block_size, .blocks = volume.block_count};
    }
    Result<String> options() override {
        return String::create(volume.names == IsoNames::RockRidge ? ""
                              : volume.names == IsoNames::Joliet  ? "norock"
                                                                  : "norock,nojoliet");
    }
    IsoImage& image() { return image_; }
    const IsoOptions& wanted() const { return options_; }
    const IsoVolume volume;

private:
    IsoOptions options_;
    BlockDeviceUse use_;
    DeviceImage image_;
    Ref<Inode> root_;
};

IsoSuperBlock& iso_of(const Inode& inode) { return static_cast<IsoSuperBlock&>(inode.super_block()); }

/// The bytes of a file: one extent, or several in order (files above 4 GiB).
class IsoFileCache final : public FilledCache {
public:
    IsoFileCache(u64 size, Ref<SuperBlock> block, Vector<IsoExtent> extents)
        : FilledCache(size), block_(std::move(block)), extents_(std::move(extents)) {}

private:
    Result<void> fill(u64 offset, std::span<u8> bytes) override {
        auto& block = static_cast<IsoSuperBlock&>(*block_);
        u64 start = 0;
        for (const IsoExtent& extent : extents_) {
            u64 end = start + extent.size_bytes;
            while (!bytes.empty() && offset >= start && offset < end) {
                usize count = end - offset < bytes.size() ? end - offset : bytes.size();
                TRY(block.image().read(u64{extent.block} * block.volume.block_size + (offset - start),
                                       bytes.first(count)));
                bytes = bytes.subspan(count);
                offset += count;
            }
            start = end;
        }
        return bytes.empty() ? Result<void>() : Error(Errno::EIO);
    }
    Ref<SuperBlock> block_; // pages may outlive the mount
    Vector<IsoExtent> extents_;
};

class IsoInode : public Inode {
public:
    using Inode::Inode;
};

class IsoSymlink final : public IsoInode {
public:
    IsoSymlink(SuperBlock& block, u64 number, String target) : IsoInode(block, number), target_(std::move(target)) {}
    Result<String> read_link() override { return target_.clone(); }

private:
    String target_;
};

class IsoFile final : public IsoInode {
public:
    IsoFile(SuperBlock& block, u64 number, Ref<IsoFileCache> cache)
        : IsoInode(block, number), cache_(std::move(cache)) {}
    Result<usize> read_at(IoCursor& to, u64 offset) override { return cache_->read(to, offset); }
    Result<Ref<MemoryObject>> mapping_object() override { return Ref<MemoryObject>(cache_); }

private:
    Ref<IsoFileCache> cache_;
};

/// What a record, with the extents that follow it, and its Rock Ridge fields say together.
struct IsoEntry {
    IsoRecord record; // its spans point into the walk's buffer
    u64 place = 0;    // of the record in the image
    u64 next = 0;     // offset in the directory behind it
    Vector<IsoExtent> extents;
    RockRidge fields;
    char name[kNameMax + 1];
    usize name_size = 0;
    bool is_directory() const { return record.is_directory() || fields.child_block != 0; }
    u64 size() const {
        u64 sum = 0;
        for (const IsoExtent& extent : extents) sum += extent.size_bytes;
        return sum;
    }
};

class IsoDirectory final : public IsoInode {
public:
    IsoDirectory(SuperBlock& block, u64 number, const IsoExtent& extent) : IsoInode(block, number), extent_(extent) {}
    Result<Ref<Inode>> lookup(std::string_view name) override;
    Result<void> read_directory(u64 offset, DirectorySink& sink) override;

private:
    friend class IsoWalk;
    IsoExtent extent_;
};

/// Goes through a directory's entries, one block at a time. Records do not cross blocks (ECMA-119 6.8.1.1).
class IsoWalk : NonCopyable {
public:
    IsoWalk(IsoDirectory& directory, u64 offset) : directory_(directory), offset_(offset) {}

    /// The next entry that is shown; null at the end, also where damage ends the directory. EIO, ENOMEM.
    Result<IsoEntry*> next() {
        if (!entry_) entry_ = TRY(make_own<IsoEntry>());
        IsoSuperBlock& block = iso_of(directory_);
        for (;;) {
            IsoEntry& entry = *entry_;
            entry.extents.clear();
            bool goes_on = true;
            while (goes_on) { // the parts of a file of several extents follow each other
                if (!TRY(read_record())) return nullptr;
                TRY(entry.extents.push_back(entry.record.extent));
                goes_on = (entry.record.flags & IsoRecord::kNotLast) != 0 && !entry.record.is_directory();
            }
            if (entry.record.is_dot() || entry.record.is_dot_dot() ||
                (entry.record.flags & IsoRecord::kAssociated))
                continue;
            new (&entry.fields) RockRidge();
            if (block.volume.names == IsoNames::RockRidge) {
                TRY(read_rock_ridge(block.image(), block.volume, entry.record, entry.fields));
                if (entry.fields.is_relocated) continue;
            }
            if (entry.fields.has_name) {
                entry.name_size = entry.fields.name_size;
                memcpy(entry.name, entry.fields.name, entry.name_size);
            } else {
                entry.name_size = decode_iso_name(entry.record.name, block.volume.names, {entry.name, kNameMax});
            }
            std::string_view name(entry.name, entry.name_size);
            if (name.empty() || name == "." || name == "..") continue;
            return entry_.get();
        }
    }

private:
    /// The record at offset_, which moves behind it; false at the end.
    Result<bool> read_record() {
        IsoSuperBlock& block = iso_of(directory_);
        u32 block_size = block.volume.block_size;
        u64 end = directory_.extent_.size_bytes;
        while (offset_ < end) {
            u64 start = offset_ / block_size * block_size;
            u64 place = u64{directory_.extent_.block} * block_size;
            if (!buffer_) {
                buffer_ = Own<u8[]>(new (std::nothrow) u8[kIsoSectorSize]);
                if (!buffer_) return Error(Errno::ENOMEM);
            }
            if (loaded_ != start) {
                loaded_ = ~0ull;
                TRY(block.image().read(place + start, {buffer_.get(), block_size}));
                loaded_ = start;
            }
            usize inside = offset_ - start;
            if (buffer_[inside] == 0) { // nothing more in this block
                offset_ = start + block_size;
                continue;
            }
            auto record = parse_iso_record({buffer_.get() + inside, block_size - inside});
            if (!record) return false;
            entry_->record = *record;
            entry_->place = place + offset_;
            offset_ += record->length;
            entry_->next = offset_;
            return true;
        }
        return false;
    }

    IsoDirectory& directory_;
    u64 offset_;
    u64 loaded_ = ~0ull; // which block of the directory is in the buffer
    Own<u8[]> buffer_;
    Own<IsoEntry> entry_;
};

TimeSpec time_of(i64 seconds) { return {seconds, 0}; }

void fill_attributes(InodeAttributes& attributes, const IsoEntry& entry, const IsoOptions& options) {
    const RockRidge& fields = entry.fields;
    bool is_directory = entry.is_directory();
    attributes.mode = is_directory ? kModeDirectory | options.directory_mode : kModeRegular | options.file_mode;
    attributes.user_id = options.user_id;
    attributes.group_id = options.group_id;
    attributes.link_count = is_directory ? 2 : 1;
    if (fields.has_attributes) {
        u32 type = fields.mode & kModeTypeMask;
        bool is_known = type == kModeRegular || type == kModeDirectory || type == kModeSymlink ||
                        type == kModeCharacter || type == kModeBlock || type == kModeFifo ||
                        type == kModeSocket;
        // A record that says directory is one, whatever the fields say, and the other way round.
        if (!is_known || (type == kModeDirectory) != is_directory) type = is_directory ? kModeDirectory : kModeRegular;
        if (type == kModeSymlink && !fields.has_link) type = kModeRegular;
        attributes.mode = type | (fields.mode & kModePermissions);
        attributes.user_id = fields.user_id;
        attributes.group_id = fields.group_id;
        attributes.link_count = fields.link_count;
        if (type == kModeCharacter || type == kModeBlock) attributes.device = fields.device;
    }
    attributes.modify_time = attributes.access_time = attributes.change_time = attributes.birth_time =
        time_of(entry.record.seconds);
    if (fields.has_times) {
        attributes.modify_time = time_of(fields.modify_seconds);
        attributes.access_time = time_of(fields.access_seconds);
        attributes.change_time = time_of(fields.change_seconds);
    }
}

u64 directory_number(const IsoVolume& volume, u32 block) { return u64{block} * volume.block_size / 32; }

u64 number_of(const IsoVolume& volume, const IsoEntry& entry) {
    if (!entry.is_directory()) return entry.place / 32 + 1; // beside the directories' numbers, which begin blocks
    return directory_number(volume, entry.fields.child_block ? entry.fields.child_block : entry.record.extent.block);
}

/// A relocated directory (CL) is as long as its own "." record says.
Result<IsoExtent> directory_extent(IsoSuperBlock& block, const IsoEntry& entry) {
    IsoExtent extent = entry.record.extent;
    if (entry.fields.child_block == 0) return extent;
    Own<u8[]> sector(new (std::nothrow) u8[kIsoSectorSize]);
    if (!sector) return Error(Errno::ENOMEM);
    u32 block_size = block.volume.block_size;
    TRY(block.image().read(u64{entry.fields.child_block} * block_size, {sector.get(), block_size}));
    auto self = parse_iso_record({sector.get(), block_size});
    if (!self || !self->is_dot()) return Error(Errno::EIO);
    return IsoExtent{entry.fields.child_block, self->extent.size_bytes};
}

Result<Ref<Inode>> make_inode(IsoSuperBlock& block, IsoEntry& entry) {
    InodeAttributes attributes;
    fill_attributes(attributes, entry, block.wanted());
    u64 number = number_of(block.volume, entry);
    Ref<Inode> inode;
    switch (attributes.mode & kModeTypeMask) {
    case kModeDirectory: {
        IsoExtent extent = TRY(directory_extent(block, entry));
        inode = TRY(make_ref<IsoDirectory>(block, number, extent));
        attributes.size = extent.size_bytes;
        break;
    }
    case kModeSymlink: {
        String target = TRY(String::create({entry.fields.link, entry.fields.link_size}));
        attributes.size = target.size();
        inode = TRY(make_ref<IsoSymlink>(block, number, std::move(target)));
        break;
    }
    case kModeRegular: {
        if (entry.record.unit_size != 0) return Error(Errno::EIO); // interleaved
        attributes.size = entry.size();
        Ref<IsoFileCache> cache =
            TRY(make_ref<IsoFileCache>(attributes.size, Ref<SuperBlock>(block), std::move(entry.extents)));
        inode = TRY(make_ref<IsoFile>(block, number, std::move(cache)));
        break;
    }
    default: inode = TRY(make_ref<IsoInode>(block, number)); break;
    }
    attributes.block_size = block.volume.block_size;
    attributes.blocks_512 = (attributes.size + 511) / 512;
    inode->attributes = attributes;
    return inode;
}

Result<Ref<Inode>> IsoDirectory::lookup(std::string_view name) {
    IsoWalk walk(*this, 0);
    while (IsoEntry* entry = TRY(walk.next()))
        if (std::string_view(entry->name, entry->name_size) == name) return make_inode(iso_of(*this), *entry);
    return Error(Errno::ENOENT);
}

Result<void> IsoDirectory::read_directory(u64 offset, DirectorySink& sink) {
    IsoWalk walk(*this, offset);
    while (IsoEntry* entry = TRY(walk.next())) {
        InodeAttributes attributes;
        fill_attributes(attributes, *entry, iso_of(*this).wanted());
        if (!sink.add({entry->name, entry->name_size}, number_of(iso_of(*this).volume, *entry),
                      attributes.mode, entry->next))
            break;
    }
    return {};
}

Result<IsoOptions> parse_options(std::string_view text) {
    IsoOptions options;
    OptionParser parser(text);
    while (auto option = parser.next()) {
        std::string_view name = option->name;
        if (name == "norock") options.use_rock_ridge = false;
        else if (name == "nojoliet") options.use_joliet = false;
        else if (name == "uid") options.user_id = static_cast<u32>(TRY(parse_number(option->value, 10)));
        else if (name == "gid") options.group_id = static_cast<u32>(TRY(parse_number(option->value, 10)));
        else if (name == "mode") options.file_mode = static_cast<u32>(TRY(parse_number(option->value, 8))) & 0777;
        else if (name == "dmode") options.directory_mode = static_cast<u32>(TRY(parse_number(option->value, 8))) & 0777;
        else if (name != "map" && name != "check" && name != "block" && name != "unhide" && name != "hide" &&
                 name != "cruft" && name != "utf8" && name != "iocharset" && name != "session" &&
                 name != "sbsector")
            return Error(Errno::EINVAL);
    }
    return options;
}

class Iso9660 final : public FileSystem {
public:
    std::string_view name() const override { return "iso9660"; }
    bool needs_device() const override { return true; }
    bool needs_read_only() const override { return true; }
    Result<Ref<SuperBlock>> mount(std::string_view source, std::string_view text) override {
        IsoOptions options = TRY(parse_options(text));
        BlockDeviceUse use = TRY(BlockDeviceUse::open(source));
        DeviceImage image(use.device());
        IsoVolume volume = TRY(read_iso_volume(image, options));
        Ref<IsoSuperBlock> block = TRY(make_ref<IsoSuperBlock>(std::move(use), volume, options));
        // The root's own record has its attributes.
        Own<u8[]> sector(new (std::nothrow) u8[kIsoSectorSize]);
        Own<IsoEntry> entry = TRY(make_own<IsoEntry>());
        if (!sector) return Error(Errno::ENOMEM);
        TRY(block->image().read(u64{volume.root.block} * volume.block_size, {sector.get(), volume.block_size}));
        auto self = parse_iso_record({sector.get(), volume.block_size});
        if (!self || !self->is_dot()) return Error(Errno::EIO);
        entry->record = *self;
        entry->record.flags |= IsoRecord::kDirectory;
        entry->record.extent = volume.root;
        if (volume.names == IsoNames::RockRidge) TRY(read_rock_ridge(block->image(), volume, *self, entry->fields));
        entry->fields.child_block = 0;
        block->set_root(TRY(make_inode(*block, *entry)));
        return block;
    }
};

constinit Iso9660 iso9660;
REGISTER_FILE_SYSTEM(iso9660);

} // namespace
} // namespace martlet
