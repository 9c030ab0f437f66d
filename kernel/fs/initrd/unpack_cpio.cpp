// The Linux initramfs: cpio archives, each plain or compressed, one after the other.
#include <string.h>

#include <algorithm>
#include <optional>

#include "base/log.h"
#include "fs/initrd/archive_pages.h"
#include "fs/initrd/cpio_stream.h"
#include "fs/initrd/gzip.h"
#include "fs/initrd/lz4.h"
#include "fs/initrd/tree_builder.h"
#include "fs/initrd/unpack.h"

namespace martlet {
namespace {

struct Compression {
    std::string_view magic, name;
};
constexpr Compression kCompressions[] = {
    {"\x1f\x8b", "gzip"},
    {"\x1f\x9e", "old gzip"},
    {"\xfd" "7zXZ", "xz"},
    {"\x28\xb5\x2f\xfd", "zstd"},
    {"BZh", "bzip2"},
    {std::string_view("\x5d\0\0", 3), "lzma"},
    {"\x89LZO", "lzo"},
    {"\x02\x21\x4c\x18", "lz4"},
    {"\x04\x22\x4d\x18", "lz4 frame"},
};

/// The name of what `bytes` are compressed with; empty if they are not.
std::string_view compression_of(std::span<const u8> bytes) {
    std::string_view text(reinterpret_cast<const char*>(bytes.data()), std::min<usize>(bytes.size(), 8));
    for (const Compression& each : kCompressions)
        if (text.starts_with(each.magic)) return each.name;
    return {};
}

/// Files of several names seen so far in the present archive.
class LinkTable {
public:
    struct Link {
        u32 inode, device_major, device_minor, type;
        String path;
        Ref<Inode> target;
    };
    const Link* find(const CpioHeader& header) const {
        for (const Link& link : bucket_of(header))
            if (link.inode == header.inode && link.device_major == header.device_major &&
                link.device_minor == header.device_minor && link.type == (header.mode & kModeTypeMask))
                return &link;
        return nullptr;
    }
    Result<void> add(const CpioHeader& header, std::string_view path, Ref<Inode> target) {
        String copy = TRY(String::create(path));
        return buckets_[header.inode % kBuckets].push_back({header.inode, header.device_major,
                                                            header.device_minor, header.mode & kModeTypeMask,
                                                            std::move(copy), std::move(target)});
    }
    void clear() {
        for (Vector<Link>& bucket : buckets_) bucket.clear();
    }

private:
    static constexpr u32 kBuckets = 64;
    const Vector<Link>& bucket_of(const CpioHeader& header) const { return buckets_[header.inode % kBuckets]; }
    Vector<Link> buckets_[kBuckets];
};

class InitramfsHost final : public CpioHost {
public:
    explicit InitramfsHost(const Path& root) : tree_(root) {}
    Result<void> begin_entry(const CpioHeader& header, std::string_view name) override;
    Result<void> body(std::span<const u8> bytes) override;
    Result<void> end_entry() override;
    void end_archive() override { links_.clear(); }
    void finish() { tree_.finish(); }
    u64 entry_count() const { return entry_count_; }

private:
    Result<void> place();

    TreeBuilder tree_;
    LinkTable links_;
    ArchiveEntry entry_;
    CpioHeader header_ = {};
    Ref<Inode> file_;    // what the body goes into
    u64 file_offset_ = 0;
    Vector<char> target_; // of a symbolic link
    u64 entry_count_ = 0;
};

std::optional<ArchiveEntryType> type_of(u32 mode) {
    switch (mode & kModeTypeMask) {
    case kModeRegular: return ArchiveEntryType::Regular;
    case kModeDirectory: return ArchiveEntryType::Directory;
    case kModeSymlink: return ArchiveEntryType::Symlink;
    case kModeCharacter: return ArchiveEntryType::Character;
    case kModeBlock: return ArchiveEntryType::Block;
    case kModeFifo: return ArchiveEntryType::Fifo;
    case kModeSocket: return ArchiveEntryType::Socket;
    default: return {};
    }
}

/// Symbolic links wait for their body; everything else is made now.
Result<void> InitramfsHost::begin_entry(const CpioHeader& header, std::string_view name) {
    header_ = header;
    file_ = nullptr;
    file_offset_ = 0;
    target_.clear();
    std::optional<ArchiveEntryType> type = type_of(header.mode);
    if (!type) {
        log_warning("initramfs: '%.*s' left out: unknown type %o", static_cast<int>(name.size()), name.data(),
                    header.mode);
        return {};
    }
    ++entry_count_;
    entry_.path = TRY(clean_archive_path(name));
    entry_.type = *type;
    entry_.mode = header.mode & kModePermissions;
    entry_.user_id = header.user_id;
    entry_.group_id = header.group_id;
    entry_.modify_time = header.modify_time;
    entry_.device_major = header.node_major;
    entry_.device_minor = header.node_minor;
    if (*type == ArchiveEntryType::Symlink) return {};
    Result<void> placed = place();
    if (!placed && placed.error() == Errno::ENOMEM) return placed;
    if (!placed)
        log_warning("initramfs: '%s' left out: error %d", entry_.path.c_str(), static_cast<int>(placed.error()));
    return {};
}

/// A second name of a file that is there becomes a link, and its body, if it has one, that file's.
Result<void> InitramfsHost::place() {
    bool may_be_link = header_.link_count > 1 && entry_.type != ArchiveEntryType::Directory;
    const LinkTable::Link* known = may_be_link ? links_.find(header_) : nullptr;
    if (known && entry_.path.view() != known->path.view()) {
        entry_.link_target = TRY(known->path.clone());
        entry_.type = ArchiveEntryType::HardLink;
        TRY(tree_.place(entry_));
        if (known->target->is_regular()) file_ = known->target;
        return {};
    }
    Ref<Inode> made = TRY(tree_.place(entry_));
    if (may_be_link) TRY(links_.add(header_, entry_.path.view(), made));
    if (made->is_regular()) file_ = std::move(made);
    return {};
}

Result<void> InitramfsHost::body(std::span<const u8> bytes) {
    if ((header_.mode & kModeTypeMask) == kModeSymlink) {
        for (u8 byte : bytes) TRY(target_.push_back(static_cast<char>(byte)));
        return {};
    }
    if (!file_) return {};
    MutexGuard guard(file_->attribute_lock);
    if (file_offset_ == 0) TRY(file_->truncate(0));
    IoCursor from = IoCursor::kernel_const(bytes.data(), bytes.size());
    usize written = TRY(file_->write_at(from, file_offset_));
    if (written != bytes.size()) return Error(Errno::ENOMEM);
    file_offset_ += written;
    return {};
}

Result<void> InitramfsHost::end_entry() {
    if ((header_.mode & kModeTypeMask) != kModeSymlink) return {};
    constexpr usize kTargetMax = 4095;
    usize size = target_.size() <= kTargetMax ? target_.size() : 0;
    std::string_view target(target_.data(), size);
    target = target.substr(0, target.find('\0'));
    entry_.link_target = TRY(String::create(target));
    Result<Ref<Inode>> placed = target.empty() ? Error(Errno::ENOENT) : tree_.place(entry_);
    if (!placed && placed.error() == Errno::ENOMEM) return Error(Errno::ENOMEM);
    if (!placed)
        log_warning("initramfs: '%s' left out: error %d", entry_.path.c_str(), static_cast<int>(placed.error()));
    return {};
}

class Unpacker final : public DecompressSink {
public:
    Unpacker(std::span<u8> archive, const Path& root)
        : archive_(archive), pages_(archive), host_(root), stream_(host_) {}
    void run();
    Result<void> put(std::span<const u8> bytes) override {
        usize taken = stream_.feed(bytes);
        return taken == bytes.size() ? Result<void>() : Error(Errno::EINVAL);
    }

private:
    std::string_view unpack_plain();
    std::string_view unpack_compressed(std::string_view compression);

    std::span<u8> archive_;
    usize offset_ = 0;
    ArchivePages pages_;
    InitramfsHost host_;
    CpioStream stream_;
};

std::string_view Unpacker::unpack_plain() {
    while (offset_ < archive_.size()) { // piece by piece, so that pages are given back as they are read
        constexpr usize kPiece = 256 * kKiB;
        usize piece = std::min(kPiece, archive_.size() - offset_);
        usize taken = stream_.feed(archive_.subspan(offset_, piece));
        offset_ += taken;
        pages_.passed(offset_);
        if (taken < piece) return stream_.error();
    }
    return stream_.error();
}

std::string_view Unpacker::unpack_compressed(std::string_view compression) {
    auto* decompress = compression == "gzip" ? decompress_gzip : compression == "lz4" ? decompress_lz4 : nullptr;
    if (!decompress) return "this kernel reads initramfs archives plain or compressed with gzip or lz4 only";
    stream_.set_offset(0);
    auto result = decompress(archive_.subspan(offset_), *this);
    if (!stream_.error().empty()) return stream_.error();
    if (!result) return "out of memory";
    if (!result->error.empty()) return result->error;
    offset_ += result->consumed;
    pages_.passed(offset_);
    stream_.set_offset(offset_);
    return stream_.is_between() ? std::string_view() : "the archive in the compressed data is cut short";
}

void Unpacker::run() {
    std::string_view error, compression;
    while (error.empty() && offset_ < archive_.size()) {
        error = unpack_plain();
        if (!error.empty() || offset_ == archive_.size()) break;
        compression = compression_of(archive_.subspan(offset_));
        if (!stream_.is_between() || compression.empty()) error = "neither a cpio header nor compressed data";
        else error = unpack_compressed(compression);
    }
    if (error.empty() && !stream_.is_between()) error = "the archive is cut short";
    if (!error.empty())
        log_error("initramfs: unpacking failed: %.*s%s%.*s%s (near byte %llu of %llu, after %llu entries)",
                  static_cast<int>(error.size()), error.data(), compression.empty() ? "" : " [",
                  static_cast<int>(compression.size()), compression.data(), compression.empty() ? "" : "]",
                  static_cast<unsigned long long>(offset_), static_cast<unsigned long long>(archive_.size()),
                  static_cast<unsigned long long>(host_.entry_count()));
    pages_.finish();
    host_.finish();
    log_info("initramfs: %llu entries, %llu KiB", static_cast<unsigned long long>(host_.entry_count()),
             static_cast<unsigned long long>(archive_.size() / kKiB));
}

} // namespace

bool is_initramfs(std::span<const u8> archive) {
    constexpr usize kTarMagicOffset = 257;
    auto starts = [&](std::string_view text, usize at) {
        return archive.size() >= at + text.size() && memcmp(archive.data() + at, text.data(), text.size()) == 0;
    };
    if (starts("ustar", kTarMagicOffset)) return false;
    if (starts("0707", 0) || !compression_of(archive).empty()) return true;
    // Zeros in front are allowed; an empty tar is zeros only.
    usize first = 0;
    while (first < archive.size() && archive[first] == 0) ++first;
    return first > 0 && first < archive.size() &&
           (starts("0707", first) || !compression_of(archive.subspan(first)).empty());
}

void unpack_initramfs(std::span<u8> archive, const Path& root) {
    auto unpacker = Own<Unpacker>(new (std::nothrow) Unpacker(archive, root));
    if (!unpacker) panic("initramfs: out of memory");
    unpacker->run();
}

} // namespace martlet
