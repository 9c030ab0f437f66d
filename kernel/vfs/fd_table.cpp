#include "vfs/fd_table.h"

namespace martlet {

Result<Ref<FdTable>> FdTable::create() {
    Ref<FdTable> table = TRY(make_ref<FdTable>());
    TRY(table->reserve(64));
    return table;
}

FdTable::~FdTable() { close_all(); }

/// Tables grow in steps of a summary word's worth of slots or by doubling; the lock is not held while memory is found.
Result<void> FdTable::reserve(u32 capacity) {
    u32 wanted = 64;
    while (wanted < capacity) wanted *= 2;
    Vector<Slot> slots;
    Vector<u64> used, full;
    TRY(slots.resize(wanted));
    TRY(used.resize(wanted / 64));
    TRY(full.resize((wanted / 64 + 63) / 64));
    LockGuard guard(lock_);
    if (slots_.size() >= wanted) return {};
    for (usize index = 0; index < slots_.size(); ++index) slots[index] = slots_[index];
    for (usize index = 0; index < used_.size(); ++index) used[index] = used_[index];
    for (usize index = 0; index < full_.size(); ++index) full[index] = full_[index];
    std::swap(slots_, slots); // the old arrays are freed after the lock
    std::swap(used_, used);
    std::swap(full_, full);
    return {};
}

/// The copy's lock is not taken: nobody else knows the copy yet.
Result<Ref<FdTable>> FdTable::clone() NO_THREAD_SAFETY_ANALYSIS {
    Ref<FdTable> copy = TRY(make_ref<FdTable>());
    for (;;) {
        u32 size;
        {
            LockGuard guard(lock_);
            size = static_cast<u32>(slots_.size());
        }
        TRY(copy->reserve(size));
        LockGuard guard(lock_);
        if (copy->slots_.size() < slots_.size()) continue;
        for (usize index = 0; index < slots_.size(); ++index) {
            copy->slots_[index] = slots_[index];
            if (slots_[index].file) slots_[index].file->acquire();
        }
        for (usize index = 0; index < used_.size(); ++index) copy->used_[index] = used_[index];
        for (usize index = 0; index < full_.size(); ++index) copy->full_[index] = full_[index];
        return copy;
    }
}

Result<FdTable::Slot> FdTable::slot(int fd, Rights needed) const {
    if (static_cast<u32>(fd) >= slots_.size()) return Error(Errno::EBADF);
    const Slot& slot = slots_.data()[fd];
    if (!slot.file) return Error(Errno::EBADF);
    if (!includes(slot.rights, needed)) return Error(Errno::EACCES);
    return slot;
}

Result<Ref<File>> FdTable::get(int fd, Rights needed) NO_THREAD_SAFETY_ANALYSIS {
    if (reference_count() == 1) [[likely]] return Ref<File>(*TRY(slot(fd, needed)).file);
    LockGuard guard(lock_);
    return Ref<File>(*TRY(slot(fd, needed)).file);
}

Result<Descriptor> FdTable::descriptor(int fd, Rights needed) {
    LockGuard guard(lock_);
    Slot found = TRY(slot(fd, needed));
    return Descriptor{Ref<File>(*found.file), found.rights};
}

UsedFile FdTable::use_shared(int fd, Rights needed) {
    auto file = get(fd, needed);
    if (!file) return {};
    return *std::move(file);
}

void FdTable::set_used(u32 fd, bool used) {
    u64& word = used_[fd / 64];
    u64 bit = 1ull << (fd % 64);
    word = used ? word | bit : word & ~bit;
    u64& summary = full_[fd / 4096];
    u64 summary_bit = 1ull << (fd / 64 % 64);
    summary = word == ~0ull ? summary | summary_bit : summary & ~summary_bit;
}

/// The lowest free slot of the present table, or its size.
int FdTable::find_free(u32 minimum) const {
    u32 size = static_cast<u32>(slots_.size());
    if (minimum >= size) return static_cast<int>(minimum);
    u32 word = minimum / 64;
    u64 free = ~used_[word] & (~0ull << (minimum % 64));
    if (free) return static_cast<int>(word * 64 + static_cast<u32>(__builtin_ctzll(free)));
    ++word;
    while (word < used_.size()) {
        u64 not_full = ~full_[word / 64] & (~0ull << (word % 64));
        if (not_full) {
            word = word / 64 * 64 + static_cast<u32>(__builtin_ctzll(not_full));
            if (word >= used_.size()) break;
            return static_cast<int>(word * 64 + static_cast<u32>(__builtin_ctzll(~used_[word])));
        }
        word = (word / 64 + 1) * 64;
    }
    return static_cast<int>(size);
}

Result<int> FdTable::install(Descriptor descriptor, CloseOnExec cloexec, u64 limit, int minimum) {
    for (;;) {
        u32 needed;
        {
            LockGuard guard(lock_);
            u32 fd = static_cast<u32>(find_free(static_cast<u32>(minimum)));
            if (fd >= limit) return Error(Errno::EMFILE);
            if (fd < slots_.size()) {
                set_used(fd, true);
                slots_[fd] = {descriptor.file.leak(), descriptor.rights, cloexec};
                return static_cast<int>(fd);
            }
            needed = fd + 1;
        }
        TRY(reserve(needed));
    }
}

Result<void> FdTable::install_at(int fd, Descriptor descriptor, CloseOnExec cloexec, u64 limit) {
    auto index = static_cast<u32>(fd);
    if (fd < 0 || index >= limit) return Error(Errno::EBADF);
    TRY(reserve(index + 1));
    File* old;
    {
        LockGuard guard(lock_);
        old = slots_[index].file;
        set_used(index, true);
        slots_[index] = {descriptor.file.leak(), descriptor.rights, cloexec};
    }
    drop(old);
    return {};
}

Result<int> FdTable::duplicate(int fd, Rights rights, CloseOnExec cloexec, u64 limit, int minimum) {
    Descriptor original = TRY(descriptor(fd, Rights::Duplicate));
    original.rights = original.rights & rights;
    return install(std::move(original), cloexec, limit, minimum);
}

File* FdTable::take(u32 fd) {
    File* file = slots_[fd].file;
    if (!file) return nullptr;
    slots_[fd] = {};
    set_used(fd, false);
    return file;
}

/// A descriptor's reference goes: record locks end at any close of the file by the process (fcntl(2)).
void FdTable::drop(File* file) {
    if (!file) return;
    file->descriptor_closed();
    file->release_descriptor();
}

Result<void> FdTable::close(int fd) {
    File* file;
    {
        LockGuard guard(lock_);
        if (static_cast<u32>(fd) >= slots_.size()) return Error(Errno::EBADF);
        file = take(static_cast<u32>(fd));
    }
    if (!file) return Error(Errno::EBADF);
    drop(file);
    return {};
}

Result<CloseOnExec> FdTable::close_on_exec(int fd) {
    LockGuard guard(lock_);
    if (static_cast<u32>(fd) >= slots_.size() || !slots_[static_cast<u32>(fd)].file) return Error(Errno::EBADF);
    return slots_[static_cast<u32>(fd)].cloexec;
}

Result<void> FdTable::set_close_on_exec(int fd, CloseOnExec value) {
    LockGuard guard(lock_);
    if (static_cast<u32>(fd) >= slots_.size() || !slots_[static_cast<u32>(fd)].file) return Error(Errno::EBADF);
    slots_[static_cast<u32>(fd)].cloexec = value;
    return {};
}

void FdTable::close_all_marked() {
    for (int fd = next_open(0); fd >= 0; fd = next_open(fd + 1)) {
        File* file = nullptr;
        {
            LockGuard guard(lock_);
            if (slots_[static_cast<u32>(fd)].cloexec == CloseOnExec::Yes) file = take(static_cast<u32>(fd));
        }
        drop(file);
    }
}

void FdTable::close_all() {
    for (int fd = next_open(0); fd >= 0; fd = next_open(fd + 1)) (void)close(fd);
}

Result<void> FdTable::close_range(u32 first, u32 last, bool only_mark) {
    if (first > last) return Error(Errno::EINVAL);
    for (int fd = next_open(first > 0x7fff'fffe ? 0x7fff'ffff : static_cast<int>(first));
         fd >= 0 && static_cast<u32>(fd) <= last; fd = next_open(fd + 1)) {
        if (only_mark) (void)set_close_on_exec(fd, CloseOnExec::Yes);
        else (void)close(fd);
    }
    return {};
}

int FdTable::next_open(int fd) {
    LockGuard guard(lock_);
    for (u32 index = static_cast<u32>(fd); index < slots_.size();) {
        u64 word = used_[index / 64] & (~0ull << (index % 64));
        if (word) return static_cast<int>(index / 64 * 64 + static_cast<u32>(__builtin_ctzll(word)));
        index = (index / 64 + 1) * 64;
    }
    return -1;
}

u32 FdTable::capacity() {
    LockGuard guard(lock_);
    return static_cast<u32>(slots_.size());
}

u32 FdTable::open_count() {
    LockGuard guard(lock_);
    u32 count = 0;
    for (u64 word : used_) count += static_cast<u32>(__builtin_popcountll(word));
    return count;
}

} // namespace martlet
