// Task: a user thread: a schedulable Thread plus its identity and its view of the system.
//
// What threads may share (memory, descriptors, file-system context, signal handlers, the Process itself) is held by
// reference, so that clone(2) decides flag by flag. `current_task()` is valid in system calls, faults and exits only.
#pragma once
#include "proc/credentials.h"
#include "sched/thread.h"

namespace martlet {

class AddressSpace;
class FdTable;
class FsContext;
class Process;

class Task : public Thread {
public:
    int thread_id() const { return thread_id_; }
    Process& process() const { return *process_; }
    /// Null after exit, and for a moment in execve.
    AddressSpace* address_space() const { return address_space_.get(); }
    FdTable& files() const { return *files_; }
    FsContext& fs_context() const { return *fs_context_; }
    /// Only the task itself changes its credentials; others read them through a counted copy.
    const Credentials& credentials() const { return *credentials_; }

protected:
    int thread_id_ = 0;
    Ref<Process> process_;
    Ref<AddressSpace> address_space_;
    Ref<FdTable> files_;
    Ref<FsContext> fs_context_;
    Ref<const Credentials> credentials_;
};

Task& current_task();
/// Null in kernel threads and before the first process.
Task* current_task_or_null();

} // namespace martlet
