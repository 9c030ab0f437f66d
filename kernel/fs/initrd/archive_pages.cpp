#include "fs/initrd/archive_pages.h"

#include <string.h>

namespace martlet {

ArchivePages::ArchivePages(std::span<u8> archive)
    : archive_(archive), is_aligned_(reinterpret_cast<u64>(archive.data()) % kPageSize == 0) {
    // The last page may hold bytes that are not ours; it belongs to the archive all the same (loaders align).
    if (is_aligned_) page_count_ = (archive.size() + kPageSize - 1) / kPageSize;
}

Result<void> ArchivePages::adopt(RamFile& file, u64 offset, u64 size) {
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

void ArchivePages::passed(u64 offset) {
    if (tail_end_ != 0 && offset >= tail_end_) clear_tail();
    give_back_before(offset / kPageSize);
}

void ArchivePages::finish() {
    clear_tail();
    give_back_before(page_count_);
}

void ArchivePages::clear_tail() {
    if (tail_end_ == 0) return;
    memset(archive_.data() + tail_start_, 0, tail_end_ - tail_start_);
    tail_end_ = 0;
}

void ArchivePages::give_back_before(u64 page) {
    for (; next_page_ < page && next_page_ < page_count_; ++next_page_) {
        Frame& frame = frame_at(next_page_);
        adopt_reserved_frame(frame, FrameUse::Kernel);
        frame.release();
    }
}

} // namespace martlet
