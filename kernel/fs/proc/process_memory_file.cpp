// /proc/pid/mem: a process's memory as a file, with the addresses as positions (proc(5)).
//
// Whoever may trace the process may open it; it then refers to the memory that the process had at that
// moment, also when execve replaces it. Access is as a tracer's: protection is overridden, private pages are
// copied before they change.
#include <algorithm>

#include "fs/proc/process_entries.h"
#include "mm/address_space.h"


namespace martlet {
namespace {

class MemoryFile final : public File {
public:
    MemoryFile(ProcInode& inode, u32 flags, const Path& path, Ref<AddressSpace> space)
        : File(flags, path), inode_(inode), space_(std::move(space)) {}

    bool is_seekable() const override { return true; }
    Inode* inode() const override { return inode_.get(); }

    Result<u64> seek(i64 offset, int whence) override {
        if (whence == kSeekCurrent) offset += static_cast<i64>(position);
        else if (whence != kSeekSet) return Error(Errno::EINVAL);
        return static_cast<u64>(offset);
    }
    Result<usize> read(IoCursor& to, u64 offset) override {
        return transfer(to, offset, [this](IoCursor& cursor, u64 address, std::span<u8> bytes) -> Result<usize> {
            usize count = TRY(space_->read_memory(address, bytes));
            return cursor.put(bytes.data(), count);
        });
    }
    Result<usize> write(IoCursor& from, u64 offset) override {
        return transfer(from, offset, [this](IoCursor& cursor, u64 address, std::span<u8> bytes) -> Result<usize> {
            usize count = TRY(cursor.take(bytes.data(), bytes.size()));
            return space_->write_memory(address, bytes.first(count));
        });
    }

private:
    /// Page by page; what was done counts, a page that is not there is EIO when nothing was.
    template <typename Copy> Result<usize> transfer(IoCursor& cursor, u64 address, Copy copy) {
        if (!space_) return 0; // the process had none: a zombie
        Own<u8[]> page(new (std::nothrow) u8[kPageSize]);
        if (!page) return Error(Errno::ENOMEM);
        usize done = 0;
        while (cursor.remaining() != 0) {
            usize wanted = std::min<usize>(cursor.remaining(), kPageSize - (address + done) % kPageSize);
            Result<usize> count = copy(cursor, address + done, {page.get(), wanted});
            if (!count && done == 0) return Error(Errno::EIO);
            if (!count || *count == 0) break;
            done += *count;
            if (*count != wanted) break;
        }
        return done;
    }

    Ref<ProcInode> inode_;
    Ref<AddressSpace> space_;
};

class MemoryInode final : public ProcInode {
public:
    using ProcInode::ProcInode;
    Result<Ref<File>> open(u32 flags, const Path& path) override {
        if (!may_inspect(*subject_.process)) return Error(Errno::EACCES);
        Ref<AddressSpace> space = process_address_space(*subject_.process);
        return Ref<File>(TRY(make_ref<MemoryFile>(*this, flags, path, std::move(space))));
    }
};

} // namespace

Result<Ref<Inode>> create_memory_inode(SuperBlock& block, u64 number, const ProcSubject& subject) {
    return make_ref<MemoryInode>(block, number, kModeRegular | 0600u, subject);
}

} // namespace martlet
