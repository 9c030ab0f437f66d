// The VFS's view of who calls, answered from the current task (vfs/caller.h).
#include "proc/process.h"
#include "proc/resource_limits.h"
#include "proc/signal.h"
#include "proc/task.h"
#include "vfs/caller.h"
#include "vfs/fs_context.h"
#include "vfs/mount.h"

namespace martlet {
namespace {

constexpr int kSignalPipe = 13, kSignalFileSize = 25;

} // namespace

const Credentials& current_credentials() {
    if (Task* task = current_task_or_null()) [[likely]] return task->credentials();
    static constinit const Credentials kernel; // root with every capability
    return kernel;
}

Path current_root() {
    if (Task* task = current_task_or_null()) [[likely]] return task->fs_context().root();
    return MountTable::root_path();
}

Path current_working_directory() {
    if (Task* task = current_task_or_null()) [[likely]] return task->fs_context().working_directory();
    return MountTable::root_path();
}

MountNamespace& current_mount_namespace() {
    Task* task = current_task_or_null();
    return task ? task->fs_context().name_space() : MountNamespace::initial();
}

u64 current_file_size_limit() { return current_task_or_null() ? current_limit(Resource::FileSize) : kUnlimited; }

void raise_file_size_signal() {
    if (Task* task = current_task_or_null()) send_kernel_signal_to_task(*task, kSignalFileSize);
}

void raise_broken_pipe_signal() {
    if (Task* task = current_task_or_null()) send_kernel_signal_to_task(*task, kSignalPipe);
}

int current_process_id() {
    Task* task = current_task_or_null();
    return task ? task->process().id() : 0;
}

} // namespace martlet
