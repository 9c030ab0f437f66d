// ArchivePages: which pages of an initrd in memory are spoken for. Pages are decided in order: adopted by a
// file, or given back once the reader has passed them. The rest of an adopted body's last page is cleared
// when nothing in it is needed.
#pragma once
#include <span>

#include "fs/ramfs/ramfs.h"
#include "mm/frame.h"

namespace martlet {

class ArchivePages {
public:
    /// `archive` lies in frames Reserved, in the direct map.
    explicit ArchivePages(std::span<u8> archive);

    bool can_adopt(u64 offset, u64 size) const {
        return is_aligned_ && size > 0 && offset % kPageSize == 0 && offset / kPageSize >= next_page_;
    }
    /// Makes the body's pages the pages of `file`.
    Result<void> adopt(RamFile& file, u64 offset, u64 size);
    /// What lies before `offset` has been read.
    void passed(u64 offset);
    void finish();

private:
    Frame& frame_at(u64 page) { return frame_of_pointer(archive_.data() + page * kPageSize); }
    void clear_tail();
    void give_back_before(u64 page);

    std::span<u8> archive_;
    bool is_aligned_;
    u64 next_page_ = 0; // all before it are decided
    u64 page_count_ = 0;
    u64 tail_start_ = 0, tail_end_ = 0;
};

} // namespace martlet
