// /proc/N and /proc/N/task/M: the rows, and the directories made of them.
#include "base/format.h"
#include "fs/proc/process_entries.h"

namespace martlet {
namespace {

enum class EntryKind : u8 {
    Text,
    GuardedText,
    Magic,
    Descriptors,
    DescriptorInformation,
    Memory,
    Tasks,
    NameSpaces,
    Pagemap,
    Maps,
    Smaps
};
/// Which directories show the entry: a process's, a task's or both.
enum class EntryPlace : u8 { Both, Process, Task };

struct Entry {
    std::string_view name;
    EntryKind kind;
    u32 permissions;
    ProcShow show = nullptr;
    ProcStore store = nullptr;
    ProcFollow follow = nullptr;
    EntryPlace place = EntryPlace::Both;
    ProcWatch watch = nullptr;
};

Result<void> show_nothing(TextBuffer&, const ProcSubject&) { return Error(Errno::EINVAL); } // written only

constexpr Entry kEntries[] = {
    {"task", EntryKind::Tasks, 0555, nullptr, nullptr, nullptr, EntryPlace::Process},
    {"children", EntryKind::Text, 0444, show_children, nullptr, nullptr, EntryPlace::Task},
    {"fd", EntryKind::Descriptors, 0500},
    {"fdinfo", EntryKind::DescriptorInformation, 0555},
    {"ns", EntryKind::NameSpaces, 0511},
    {"auxv", EntryKind::Text, 0400, show_auxv},
    {"cgroup", EntryKind::Text, 0444, show_cgroup},
    {"clear_refs", EntryKind::Text, 0200, show_nothing, store_clear_refs},
    {"cmdline", EntryKind::Text, 0444, show_cmdline},
    {"comm", EntryKind::Text, 0644, show_comm, store_comm},
    {"coredump_filter", EntryKind::Text, 0644, show_coredump_filter, store_coredump_filter},
    {"cpuset", EntryKind::Text, 0444, show_cpuset},
    {"cwd", EntryKind::Magic, 0777, nullptr, nullptr, follow_cwd},
    {"environ", EntryKind::Text, 0400, show_environ},
    {"exe", EntryKind::Magic, 0777, nullptr, nullptr, follow_exe},
    {"gid_map", EntryKind::Text, 0644, show_id_map},
    {"io", EntryKind::Text, 0400, show_io},
    {"limits", EntryKind::Text, 0444, show_limits},
    {"loginuid", EntryKind::Text, 0644, show_login_uid, store_login_uid},
    {"maps", EntryKind::Maps, 0444},
    {"mem", EntryKind::Memory, 0600},
    {"mountinfo", EntryKind::Text, 0444, show_mountinfo, nullptr, nullptr, EntryPlace::Both, watch_mounts},
    {"mounts", EntryKind::Text, 0444, show_mounts, nullptr, nullptr, EntryPlace::Both, watch_mounts},
    {"oom_adj", EntryKind::Text, 0644, show_old_oom_adjust, store_old_oom_adjust},
    {"oom_score", EntryKind::Text, 0444, show_oom_score},
    {"oom_score_adj", EntryKind::Text, 0644, show_oom_adjust, store_oom_adjust},
    {"mountstats", EntryKind::Text, 0400, show_mountstats, nullptr, nullptr, EntryPlace::Process},
    {"pagemap", EntryKind::Pagemap, 0400},
    {"personality", EntryKind::Text, 0400, show_personality},
    {"projid_map", EntryKind::Text, 0644, show_id_map},
    {"root", EntryKind::Magic, 0777, nullptr, nullptr, follow_root},
    {"sched", EntryKind::Text, 0444, show_sched},
    {"schedstat", EntryKind::Text, 0444, show_schedstat},
    {"sessionid", EntryKind::Text, 0444, show_session_id},
    {"setgroups", EntryKind::Text, 0644, show_setgroups},
    {"smaps", EntryKind::Smaps, 0444},
    {"smaps_rollup", EntryKind::GuardedText, 0444, show_smaps_rollup},
    {"stack", EntryKind::Text, 0400, show_kernel_stack},
    {"stat", EntryKind::Text, 0444, show_stat},
    {"statm", EntryKind::Text, 0444, show_statm},
    {"status", EntryKind::Text, 0444, show_status},
    {"syscall", EntryKind::Text, 0400, show_syscall},
    {"timers", EntryKind::Text, 0444, show_timers, nullptr, nullptr, EntryPlace::Process},
    {"timerslack_ns", EntryKind::Text, 0666, show_timer_slack, store_timer_slack, nullptr, EntryPlace::Process},
    {"uid_map", EntryKind::Text, 0644, show_id_map},
    {"wchan", EntryKind::Text, 0444, show_wchan},
};

int id_of(const ProcSubject& subject) { return subject.task ? subject.task->thread_id() : subject.process->id(); }

class TasksDirectory final : public ProcDirectory {
public:
    using ProcDirectory::ProcDirectory;
    Result<Ref<Inode>> lookup(std::string_view name) override {
        Ref<Task> task = find_task(parse_id(name));
        if (!task || &task->process() != subject_.process.get()) return Error(Errno::ENOENT);
        return create_process_directory(super_block(), {subject_.process, task});
    }
    Result<void> read_directory(u64 offset, DirectorySink& sink) override {
        int minimum = static_cast<int>(offset);
        while (Ref<Task> task = next_task(*subject_.process, minimum)) {
            char name[16];
            usize size = format(name, "%d", task->thread_id());
            minimum = task->thread_id() + 1;
            if (!sink.add({name, size}, proc_inode_number(task->thread_id(), 1), kModeDirectory,
                          static_cast<u64>(minimum)))
                break;
        }
        return {};
    }
};

/// Only who may look into the process opens it.
class GuardedTextInode final : public ProcTextInode {
public:
    using ProcTextInode::ProcTextInode;
    Result<Ref<File>> open(u32 flags, const Path& path) override {
        if (!may_inspect(*subject_.process)) return Error(Errno::EACCES);
        return ProcTextInode::open(flags, path);
    }
};

class ProcessDirectory final : public ProcDirectory {
public:
    using ProcDirectory::ProcDirectory;
    Process* process() const override { return subject_.task ? nullptr : subject_.process.get(); }
    Result<Ref<Inode>> lookup(std::string_view name) override {
        if (!is_current()) return Error(Errno::ENOENT); // held open past the process's end
        for (usize row = 0; row < std::size(kEntries); ++row)
            if (kEntries[row].name == name && is_shown(kEntries[row])) return create_entry(kEntries[row], row);
        return Error(Errno::ENOENT);
    }
    Result<void> read_directory(u64 offset, DirectorySink& sink) override {
        if (!is_current()) return Error(Errno::ENOENT);
        for (u64 row = offset; row < std::size(kEntries); ++row) {
            if (!is_shown(kEntries[row])) continue;
            if (!sink.add(kEntries[row].name, number_of(row), type_of(kEntries[row]), row + 1)) break;
        }
        return {};
    }

private:
    bool is_shown(const Entry& entry) const {
        return entry.place == EntryPlace::Both || (entry.place == EntryPlace::Task) == static_cast<bool>(subject_.task);
    }
    u64 number_of(u64 row) const { return proc_inode_number(id_of(subject_), row + 2); }
    static u32 type_of(const Entry& entry) {
        switch (entry.kind) {
        case EntryKind::Magic: return kModeSymlink;
        case EntryKind::Descriptors:
        case EntryKind::DescriptorInformation:
        case EntryKind::Tasks:
        case EntryKind::NameSpaces:
            return kModeDirectory;
        default: return kModeRegular;
        }
    }
    Result<Ref<Inode>> create_entry(const Entry& entry, u64 row) {
        u64 inode_number = number_of(row);
        switch (entry.kind) {
        case EntryKind::Text:
            return make_ref<ProcTextInode>(super_block(), inode_number, kModeRegular | entry.permissions,
                                           subject_, entry.show, entry.store, entry.watch);
        case EntryKind::GuardedText:
            return make_ref<GuardedTextInode>(super_block(), inode_number, kModeRegular | entry.permissions, subject_,
                                              entry.show, entry.store);
        case EntryKind::Magic: return make_ref<ProcMagicLink>(super_block(), inode_number, subject_, entry.follow);
        case EntryKind::Descriptors: return create_descriptor_directory(super_block(), inode_number, subject_, false);
        case EntryKind::DescriptorInformation:
            return create_descriptor_directory(super_block(), inode_number, subject_, true);
        case EntryKind::Memory: return create_memory_inode(super_block(), inode_number, subject_);
        case EntryKind::NameSpaces: return create_namespace_directory(super_block(), inode_number, subject_);
        case EntryKind::Pagemap: return create_pagemap_inode(super_block(), inode_number, subject_);
        case EntryKind::Maps:
            return create_mappings_inode(super_block(), inode_number, subject_, MappingsDetail::Lines);
        case EntryKind::Smaps:
            return create_mappings_inode(super_block(), inode_number, subject_, MappingsDetail::Usage);
        case EntryKind::Tasks:
            return make_ref<TasksDirectory>(super_block(), inode_number, kModeDirectory | entry.permissions, subject_);
        }
        return Error(Errno::ENOENT);
    }
};

} // namespace

Result<Ref<Inode>> create_process_directory(SuperBlock& block, const ProcSubject& subject) {
    return make_ref<ProcessDirectory>(block, proc_inode_number(id_of(subject), 1), kModeDirectory | 0555u, subject);
}

} // namespace martlet
