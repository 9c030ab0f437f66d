// The tasks that setpriority(2) and ioprio_set(2) name: one, those of a process group, or all of a user.
#pragma once
#include "proc/process.h"
#include "proc/process_group.h"

namespace martlet {

enum class TaskSelection : u8 { Task, Group, User };

/// Calls visit(task) for each; `who` 0 is the caller's.
template <typename Visit> void for_each_selected(TaskSelection kind, int who, Visit visit) REQUIRES(process_tree_lock) {
    if (kind == TaskSelection::Task) {
        Pid* pid = who == 0 ? current_task().pid : PidTable::find(who);
        if (pid && pid->task) visit(*pid->task);
        return;
    }
    if (kind == TaskSelection::Group) {
        Pid* pid = who == 0 ? nullptr : PidTable::find(who);
        ProcessGroup* group = who == 0 ? current_process().group.get() : pid ? pid->group : nullptr;
        if (!group) return;
        for (Process& process : group->members)
            for (Task& task : process.tasks) visit(task);
        return;
    }
    u32 user_id = who == 0 ? current_task().credentials().real_uid : static_cast<u32>(who);
    for (Pid* pid = PidTable::next_process(1); pid; pid = PidTable::next_process(pid->number() + 1))
        for (Task& task : pid->process->tasks)
            if (task.share_credentials()->real_uid == user_id) visit(task);
}

} // namespace martlet
