// The tar initrd: file bodies that lie on page boundaries become the files' pages, nothing is copied.
#include "base/assert.h"
#include "base/log.h"
#include "fs/initrd/archive_pages.h"
#include "fs/initrd/tar_reader.h"
#include "fs/initrd/tree_builder.h"
#include "fs/initrd/unpack.h"

namespace martlet {
namespace {

class Unpacker {
public:
    Unpacker(std::span<u8> archive, const Path& root) : archive_(archive), pages_(archive), tree_(root) {}
    void run();

private:
    Result<void> place(const ArchiveEntry& entry);
    Result<void> fill(Inode& inode, const ArchiveEntry& entry);

    std::span<u8> archive_;
    ArchivePages pages_;
    TreeBuilder tree_;
};

Result<void> Unpacker::fill(Inode& inode, const ArchiveEntry& entry) {
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

Result<void> Unpacker::place(const ArchiveEntry& entry) {
    Ref<Inode> inode = TRY(tree_.place(entry));
    if (entry.type == ArchiveEntryType::Regular) TRY(fill(*inode, entry));
    return {};
}

void Unpacker::run() {
    TarReader reader(archive_);
    ArchiveEntry entry;
    u64 count = 0;
    for (;; ++count) {
        TarReader::Status status = reader.next(entry);
        if (status == TarReader::Status::End) break;
        if (status == TarReader::Status::OutOfMemory)
            panic("initrd: out of memory after %llu entries", static_cast<unsigned long long>(count));
        if (status == TarReader::Status::Damaged)
            panic("initrd: the archive is damaged: %.*s (after %llu good entries)",
                  static_cast<int>(reader.error().size()), reader.error().data(),
                  static_cast<unsigned long long>(count));
        auto placed = place(entry);
        if (!placed && placed.error() == Errno::ENOMEM)
            panic("initrd: out of memory at '%s' (%llu bytes)", entry.path.c_str(),
                  static_cast<unsigned long long>(entry.size));
        if (!placed)
            log_warning("initrd: '%s' left out: error %d", entry.path.c_str(), static_cast<int>(placed.error()));
        pages_.passed(reader.offset());
    }
    pages_.finish();
    tree_.finish();
    if (count == 0) panic("initrd: the archive has no entries");
    log_info("initrd: %llu entries, %llu KiB", static_cast<unsigned long long>(count),
             static_cast<unsigned long long>(archive_.size() / kKiB));
}

} // namespace

void unpack_tar(std::span<u8> archive, const Path& root) { Unpacker(archive, root).run(); }

} // namespace martlet
