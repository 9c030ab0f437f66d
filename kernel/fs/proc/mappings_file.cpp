// maps and smaps: a line or a paragraph for each mapping (proc(5)), made piece by piece as it is read.
//
// Reading goes on at the address where the last piece ended: what is mapped or unmapped meanwhile shows or
// not, but no mapping is told in part or twice, and the beginning costs the same however many mappings
// follow. The file is of the memory that the process had when it was opened; after execve or the process's
// end nothing more comes.
#include "fs/proc/process_entries.h"
#include "mm/address_space.h"

namespace martlet {
namespace {

using Visit = AddressSpace::Visit;

/// Text of the mappings that end above an address, up to about a page of it.
struct Piece {
    TextBuffer& text;
    MapsLabels labels;
    u64 next_address; // where the next one begins
    bool is_full() const { return text.view().size() >= kPageSize - kPageSize / 4; }
    Visit added(u64 end) {
        next_address = end;
        return is_full() ? Visit::Stop : Visit::Continue;
    }
};

void make_maps(AddressSpace& space, Piece& piece) {
    space.for_each_mapping(
        [](void* context, const AddressSpace::MappingView& view) {
            auto& to = *static_cast<Piece*>(context);
            print_mapping(to.text, view, to.labels);
            return to.added(view.end);
        },
        &piece, piece.next_address);
}

void make_smaps(AddressSpace& space, Piece& piece) {
    space.for_each_mapping_usage(
        [](void* context, const AddressSpace::MappingView& view, const MappingUsage& usage) {
            auto& to = *static_cast<Piece*>(context);
            print_mapping(to.text, view, to.labels);
            print_usage(to.text, view, usage);
            return to.added(view.end);
        },
        &piece, piece.next_address);
}

class MappingsFile final : public File {
public:
    MappingsFile(ProcInode& inode, MappingsDetail detail, const AddressSpace* space, u32 flags, const Path& path)
        : File(flags, path), inode_(inode), detail_(detail), space_(space) {}

    bool is_seekable() const override { return true; }
    Inode* inode() const override { return inode_.get(); }

    Result<usize> read(IoCursor& to, u64 offset) override {
        MutexGuard guard(lock_);
        if (!inode_->is_current()) return Error(Errno::ESRCH);
        if (offset == 0 || offset < text_start_) restart();
        usize total = 0;
        while (to.remaining() > 0) {
            std::string_view text = text_.view();
            if (offset < text_start_ + text.size()) {
                usize skipped = static_cast<usize>(offset - text_start_);
                Result<usize> copied = to.put(text.data() + skipped, text.size() - skipped);
                if (!copied) return total > 0 ? Result<usize>(total) : copied;
                total += *copied;
                offset += *copied;
                continue;
            }
            if (Result<void> made = make_next(); !made) return total > 0 ? Result<usize>(total) : Error(made.error());
            if (text_.view().empty()) break;
        }
        return total;
    }

private:
    void restart() REQUIRES(lock_) {
        text_.clear();
        text_start_ = next_address_ = 0;
    }

    /// No text: that was all.
    Result<void> make_next() REQUIRES(lock_) {
        text_start_ += text_.view().size();
        text_.clear();
        Ref<AddressSpace> space = process_address_space(*inode_->subject().process);
        if (!space || space.get() != space_) return {};
        Piece piece{text_, MapsLabels::of(*space), next_address_};
        detail_ == MappingsDetail::Lines ? make_maps(*space, piece) : make_smaps(*space, piece);
        next_address_ = piece.next_address;
        return text_.status();
    }

    Ref<ProcInode> inode_;
    const MappingsDetail detail_;
    const AddressSpace* const space_; // only compared
    Mutex lock_{LockRank::FileOffset};
    TextBuffer text_ GUARDED_BY(lock_);
    u64 text_start_ GUARDED_BY(lock_) = 0; // of text_, in the file
    u64 next_address_ GUARDED_BY(lock_) = 0;
};

class MappingsInode final : public ProcInode {
public:
    MappingsInode(SuperBlock& block, u64 number, const ProcSubject& subject, MappingsDetail detail)
        : ProcInode(block, number, kModeRegular | 0444, subject), detail_(detail) {}
    Result<Ref<File>> open(u32 flags, const Path& path) override {
        if (!may_inspect(*subject_.process)) return Error(Errno::EACCES);
        Ref<AddressSpace> space = process_address_space(*subject_.process);
        return make_ref<MappingsFile>(*this, detail_, space.get(), flags, path);
    }

private:
    const MappingsDetail detail_;
};

} // namespace

Result<Ref<Inode>> create_mappings_inode(SuperBlock& block, u64 number, const ProcSubject& subject,
                                         MappingsDetail detail) {
    return make_ref<MappingsInode>(block, number, subject, detail);
}

} // namespace martlet
