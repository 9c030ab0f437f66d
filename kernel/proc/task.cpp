#include "proc/task.h"

#include <bit>

#include "arch/debug_registers.h"
#include "mm/address_space.h"
#include "mm/heap.h"
#include "proc/process.h"
#include "proc/seccomp/seccomp.h"
#include "proc/trace/tracing.h"
#include "time/clock.h"
#include "vfs/fd_table.h"
#include "vfs/fs_context.h"

namespace martlet {

Task::Task(Pid& own_pid, Ref<Process> process)
    : pid(&own_pid), start_time_ns(monotonic_ns()), thread_id_(own_pid.number()), process_(std::move(process)) {}

Task::~Task() {
    heap_free(context.fpu);
    delete context.debug;
    if (fs_context_) fs_context_->users.fetch_sub(1, std::memory_order_relaxed); // it never started
}

Result<Ref<Task>> Task::create(std::string_view name, void (*entry)(void*), Pid& pid, Ref<Process> process) {
    Task* task = new (std::nothrow) Task(pid, std::move(process));
    if (!task) return Error(Errno::ENOMEM);
    Ref<Task> owner = Ref<Task>::adopt(task);
    // A power of two, so that the block is aligned for XSAVE.
    task->context.fpu = static_cast<u8*>(heap_allocate(std::bit_ceil(fpu_state_size())));
    if (!task->context.fpu) return Error(Errno::ENOMEM);
    ASSERT(reinterpret_cast<u64>(task->context.fpu) % 64 == 0);
    fpu_init_state(task->context.fpu);
    TRY(task->init(name, entry, task, true));
    return owner;
}

template <typename T> Ref<T> Task::exchange(Ref<T>& slot, Ref<T> value) {
    IrqLockGuard guard(references_lock_);
    return std::exchange(slot, std::move(value));
}
template <typename T> Ref<T> Task::share(Ref<T>& slot) {
    IrqLockGuard guard(references_lock_);
    return slot;
}

Ref<AddressSpace> Task::share_address_space() { return share(address_space_); }
Ref<FdTable> Task::share_files() { return share(files_); }
Ref<FsContext> Task::share_fs_context() { return share(fs_context_); }
Ref<const Credentials> Task::share_credentials() { return share(credentials_); }
Ref<AddressSpace> Task::set_address_space(Ref<AddressSpace> space) {
    return exchange(address_space_, std::move(space));
}
Ref<FdTable> Task::set_files(Ref<FdTable> files) { return exchange(files_, std::move(files)); }
Ref<FsContext> Task::set_fs_context(Ref<FsContext> context) {
    if (context) context->users.fetch_add(1, std::memory_order_relaxed);
    Ref<FsContext> old = exchange(fs_context_, std::move(context));
    if (old) old->users.fetch_sub(1, std::memory_order_relaxed);
    return old;
}
Ref<const Credentials> Task::set_credentials(Ref<const Credentials> value) {
    return exchange(credentials_, std::move(value));
}

void Task::adopt_pid(Pid& new_pid) {
    pid = &new_pid;
    thread_id_ = new_pid.number();
    new_pid.task = this;
}

} // namespace martlet
