#include "fs/tarfs/initrd.h"

#include <string.h>

#include "base/assert.h"
#include "base/log.h"
#include "dev/device.h"
#include "fs/ramfs/ramfs.h"
#include "fs/tarfs/tar_reader.h"
#include "mm/frame.h"
#include "vfs/dentry.h"
#include "vfs/operations.h"
#include "vfs/path_walk.h"

namespace martlet {
namespace {

/// Which pages of the archive are spoken for. Pages are decided in order: adopted by a file, or given back once the
/// reader has passed them. The rest of an adopted body's last page is cleared when nothing in it is needed any more.
class ArchivePages {
public:
    explicit ArchivePages(std::span<u8> archive) : archive_(archive) {
        u64 start = reinterpret_cast<u64>(archive.data());
        is_aligned_ = start % kPageSize == 0;
        next_page_ = 0;
        // The last page may hold bytes that are not ours; it belongs to the archive all the same (loaders align).
        page_count_ = is_aligned_ ? (archive.size() + kPageSize - 1) / kPageSize : 0;
    }

    bool can_adopt(u64 offset, u64 size) const {
        return is_aligned_ && size > 0 && offset % kPageSize == 0 && offset / kPageSize >= next_page_;
    }

    /// Makes the body's pages the pages of `file`.
    Result<void> adopt(RamFile& file, u64 offset, u64 size) {
        u64 first = offset / kPageSize;
        u64 count = (size + kPageSize - 1) / kPageSize;
        give_back_before(first);
        for (u64 index = 0; index < count; ++index) {
            Frame& frame = frame_at(first + index);
            adopt_reserved_frame(frame, FrameUse::PageCache);
            next_page_ = first + index + 1;
            auto adopted = file.cache().adopt(index, frame);
            if (!adopted) {
                frame.release();
                return adopted;
            }
        }
        if (size % kPageSize != 0) {
            tail_start_ = offset + size;
            tail_end_ = (first + count) * kPageSize;
        }
        return {};
    }

    /// The reader's next header is at `offset`: what lies before it has been read.
    void passed(u64 offset) {
        if (tail_end_ != 0 && offset >= tail_end_) clear_tail();
        give_back_before(offset / kPageSize);
    }
    void finish() {
        clear_tail();
        give_back_before(page_count_);
    }

private:
    Frame& frame_at(u64 page) { return frame_of_pointer(archive_.data() + page * kPageSize); }
    void clear_tail() {
        if (tail_end_ == 0) return;
        memset(archive_.data() + tail_start_, 0, tail_end_ - tail_start_);
        tail_end_ = 0;
    }
    void give_back_before(u64 page) {
        for (; next_page_ < page && next_page_ < page_count_; ++next_page_) {
            Frame& frame = frame_at(next_page_);
            adopt_reserved_frame(frame, FrameUse::Kernel);
            frame.release();
        }
    }

    std::span<u8> archive_;
    bool is_aligned_;
    u64 next_page_ = 0; // all before it are decided
    u64 page_count_ = 0;
    u64 tail_start_ = 0, tail_end_ = 0;
};

class Unpacker {
public:
    Unpacker(std::span<u8> archive, const Path& root) : archive_(archive), pages_(archive), root_(root) {}
    void run();

private:
    Result<void> place(const TarEntry& entry);
    Result<Ref<Dentry>> walk_to(PathWalk& walk, std::string_view path);
    Result<void> make_parents(std::string_view path);
    Result<void> fill(Inode& inode, const TarEntry& entry);
    static InodeAttributes attributes_of(const TarEntry& entry);

    std::span<u8> archive_;
    ArchivePages pages_;
    Path root_;
};

InodeAttributes Unpacker::attributes_of(const TarEntry& entry) {
    constexpr u32 kTypes[] = {kModeRegular, 0, kModeSymlink, kModeCharacter, kModeBlock, kModeDirectory, kModeFifo};
    InodeAttributes attributes;
    attributes.mode = kTypes[static_cast<u8>(entry.type)] | entry.mode;
    if (entry.type == TarType::Symlink) attributes.mode = kModeSymlink | 0777;
    attributes.user_id = entry.user_id;
    attributes.group_id = entry.group_id;
    attributes.device = make_device(entry.device_major, entry.device_minor);
    attributes.access_time = attributes.modify_time = attributes.change_time = attributes.birth_time = {
        static_cast<i64>(entry.modify_time), 0};
    return attributes;
}

/// To the last component's parent; its missing directories are made as they would be by tar.
Result<Ref<Dentry>> Unpacker::walk_to(PathWalk& walk, std::string_view path) {
    auto walked = walk.to_parent(path, 0);
    if (!walked && walked.error() == Errno::ENOENT) {
        TRY(make_parents(path));
        walk = PathWalk(root_);
        walked = walk.to_parent(path, 0);
    }
    if (!walked) return Error(walked.error());
    return walk.lookup_last();
}

Result<void> Unpacker::make_parents(std::string_view path) {
    for (usize slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
        auto made = make_directory({root_, path.substr(0, slash)}, 0755);
        if (!made && made.error() != Errno::EEXIST) return made;
    }
    return {};
}

Result<void> Unpacker::fill(Inode& inode, const TarEntry& entry) {
    auto& file = static_cast<RamFile&>(inode);
    MutexGuard guard(file.attribute_lock);
    if (pages_.can_adopt(entry.body_offset, entry.size)) {
        TRY(pages_.adopt(file, entry.body_offset, entry.size));
        return file.truncate(entry.size);
    }
    IoCursor body = IoCursor::kernel_const(archive_.data() + entry.body_offset, entry.size);
    usize written = entry.size > 0 ? TRY(file.write_at(body, 0)) : 0;
    if (written != entry.size) return Error(Errno::ENOMEM);
    return {};
}

Result<void> Unpacker::place(const TarEntry& entry) {
    InodeAttributes attributes = attributes_of(entry);
    if (entry.path.is_empty()) { // the root directory itself
        if (entry.type != TarType::Directory) return Error(Errno::EINVAL);
        root_.dentry().inode()->attributes.mode = attributes.mode;
        return {};
    }
    PathWalk walk(root_);
    Ref<Dentry> dentry = TRY(walk_to(walk, entry.path));
    if (Inode* old = dentry->inode()) { // a later entry replaces an earlier one
        if (old->is_directory() && entry.type == TarType::Directory) {
            old->attributes.mode = attributes.mode;
            old->attributes.user_id = attributes.user_id;
            old->attributes.group_id = attributes.group_id;
            return {};
        }
        dentry = nullptr;
        if (old->is_directory()) TRY(remove_directory({root_, entry.path}));
        else TRY(remove_name({root_, entry.path}));
    }
    if (entry.type == TarType::HardLink) {
        Path target = TRY(walk_path(root_, entry.link_target, 0));
        return make_link(target, {root_, entry.path});
    }
    Inode& directory = *walk.path().dentry().inode();
    MutexGuard guard(directory.directory_lock);
    dentry = TRY(walk.lookup_last_locked());
    Ref<Inode> inode = TRY(entry.type == TarType::Symlink
                               ? directory.create_symlink(dentry->name(), entry.link_target, attributes)
                               : directory.create(dentry->name(), attributes));
    DentryCache::instantiate(*dentry, inode);
    if (entry.type == TarType::Regular) TRY(fill(*inode, entry));
    return {};
}

void Unpacker::run() {
    TarReader reader(archive_);
    TarEntry entry;
    u64 count = 0;
    for (;; ++count) {
        TarReader::Status status = reader.next(entry);
        if (status == TarReader::Status::End) break;
        if (status == TarReader::Status::OutOfMemory) panic("initrd: out of memory after %llu entries", static_cast<unsigned long long>(count));
        if (status == TarReader::Status::Damaged)
            panic("initrd: the archive is damaged: %.*s (after %llu good entries)", static_cast<int>(reader.error().size()),
                  reader.error().data(), static_cast<unsigned long long>(count));
        auto placed = place(entry);
        if (!placed && placed.error() == Errno::ENOMEM)
            panic("initrd: out of memory at '%s' (%llu bytes)", entry.path.c_str(), static_cast<unsigned long long>(entry.size));
        if (!placed)
            log_warning("initrd: '%s' left out: error %d", entry.path.c_str(), static_cast<int>(placed.error()));
        pages_.passed(reader.offset());
    }
    pages_.finish();
    if (count == 0) panic("initrd: the archive has no entries");
    log_info("initrd: %llu entries, %llu KiB", static_cast<unsigned long long>(count),
             static_cast<unsigned long long>(archive_.size() / kKiB));
}

} // namespace

void unpack_initrd(std::span<u8> archive, const Path& root) { Unpacker(archive, root).run(); }

} // namespace martlet
