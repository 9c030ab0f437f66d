// process_vm_readv(2), process_vm_writev(2): bytes between the caller and another process; kcmp(2).
#include <algorithm>

#include "mm/address_space.h"
#include "proc/process_info.h"
#include "syscall/file_support.h"
#include "syscall/ptrace.h"

namespace martlet {

namespace {

enum class Direction : u8 { FromRemote, ToRemote };

/// A place in a list of vectors, which moves on as bytes are copied.
class VectorCursor {
public:
    explicit VectorCursor(std::span<const UserIoVector> vectors) : vectors_(vectors) { skip_empty(); }
    bool is_at_end() const { return index_ == vectors_.size(); }
    u64 address() const { return vectors_[index_].address + offset_; }
    usize remaining() const { return vectors_[index_].size - offset_; }
    void advance(usize size) {
        offset_ += size;
        skip_empty();
    }

private:
    void skip_empty() {
        while (index_ < vectors_.size() && offset_ == vectors_[index_].size) {
            ++index_;
            offset_ = 0;
        }
    }
    std::span<const UserIoVector> vectors_;
    usize index_ = 0, offset_ = 0;
};

Result<usize> copy_chunk(AddressSpace& space, u64 remote, u64 local, std::span<u8> buffer, Direction direction) {
    if (direction == Direction::FromRemote) {
        usize count = TRY(space.read_memory(remote, buffer, AccessMode::Checked));
        TRY(UserSpan(local, count).copy_from_kernel(buffer.first(count)));
        return count;
    }
    TRY(UserSpan(local, buffer.size()).copy_to_kernel(buffer));
    return space.write_memory(remote, buffer, AccessMode::Checked);
}

Result<i64> transfer(int process_id, const VectorArgument& local, const VectorArgument& remote, Direction direction) {
    Ref<Task> task = find_task(process_id);
    if (!task) return Error(Errno::ESRCH);
    if (!may_inspect(task->process(), InspectBy::RealIds)) return Error(Errno::EPERM);
    Ref<AddressSpace> space = task->share_address_space();
    if (!space) return Error(Errno::ESRCH);
    Own<u8[]> buffer(new (std::nothrow) u8[kPageSize]);
    if (!buffer) return Error(Errno::ENOMEM);
    VectorCursor from(local.vectors()), to(remote.vectors());
    i64 done = 0;
    while (!from.is_at_end() && !to.is_at_end()) {
        usize wanted = std::min({from.remaining(), to.remaining(), usize{kPageSize}});
        Result<usize> count = copy_chunk(*space, to.address(), from.address(), {buffer.get(), wanted}, direction);
        if (!count && done == 0) return Error(count.error());
        if (!count) break;
        done += static_cast<i64>(*count);
        from.advance(*count);
        to.advance(*count);
        if (*count != wanted || current_thread()->has_work(ThreadWork::KillPending)) break;
    }
    return done;
}

Result<i64> process_memory_call(int process_id, u64 local, u64 local_count, u64 remote, u64 remote_count, u64 flags,
                                Direction direction) {
    if (flags != 0) return Error(Errno::EINVAL);
    VectorArgument local_vectors, remote_vectors;
    TRY(local_vectors.load(local, local_count));
    if (local_vectors.vectors().empty()) return 0;
    TRY(remote_vectors.load(remote, remote_count));
    return transfer(process_id, local_vectors, remote_vectors, direction);
}

/// An order of objects that tells nothing about their addresses within one boot.
int compare(const void* first, const void* second) {
    u64 left = reinterpret_cast<u64>(first) * 0x9e37'79b9'7f4a'7c15,
        right = reinterpret_cast<u64>(second) * 0x9e37'79b9'7f4a'7c15;
    return left == right ? 0 : left < right ? 1 : 2;
}

} // namespace

Result<i64> sys_process_vm_readv(int process_id, u64 local, u64 local_count, u64 remote, u64 remote_count, u64 flags) {
    return process_memory_call(process_id, local, local_count, remote, remote_count, flags, Direction::FromRemote);
}

Result<i64> sys_process_vm_writev(int process_id, u64 local, u64 local_count, u64 remote, u64 remote_count, u64 flags) {
    return process_memory_call(process_id, local, local_count, remote, remote_count, flags, Direction::ToRemote);
}

Result<int> sys_kcmp(int first_id, int second_id, int type, u64 index1, u64 index2) {
    enum { kFile, kMemory, kFiles, kFileSystem, kSignalActions, kIo, kSemaphores };
    Ref<Task> first = find_task(first_id), second = find_task(second_id);
    if (!first || !second) return Error(Errno::ESRCH);
    for (Task* task : {first.get(), second.get()})
        if (!may_inspect(task->process(), InspectBy::RealIds)) return Error(Errno::EPERM);
    auto actions_of = [](Process& process) -> const void* {
        IrqLockGuard guard(process.signals.lock);
        return process.signals.actions.get();
    };
    switch (type) {
    case kFile: {
        Ref<FdTable> files1 = first->share_files(), files2 = second->share_files();
        if (!files1 || !files2) return Error(Errno::EBADF);
        Ref<File> file1 = TRY(files1->get(static_cast<int>(index1), Rights::None));
        Ref<File> file2 = TRY(files2->get(static_cast<int>(index2), Rights::None));
        return compare(file1.get(), file2.get());
    }
    case kMemory: return compare(first->share_address_space().get(), second->share_address_space().get());
    case kFiles: return compare(first->share_files().get(), second->share_files().get());
    case kFileSystem: return compare(first->share_fs_context().get(), second->share_fs_context().get());
    case kSignalActions: return compare(actions_of(first->process()), actions_of(second->process()));
    case kIo: return 0;        // nobody has an I/O context of its own,
    case kSemaphores: return 0; // nor an undo list yet
    default: return Error(Errno::EINVAL);
    }
}

} // namespace martlet
