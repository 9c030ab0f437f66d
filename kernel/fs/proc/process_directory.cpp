// /proc/N and /proc/N/task/M: the rows, and the directories made of them.
#include "base/format.h"
#include "fs/proc/process_entries.h"

namespace martlet {
namespace {

enum class EntryKind : u8 { Text, Magic, Descriptors, DescriptorInformation, Memory, Tasks };

struct Entry {
    std::string_view name;
    EntryKind kind;
    u32 permissions;
    ProcShow show = nullptr;
    ProcStore store = nullptr;
    ProcFollow follow = nullptr;
};

constexpr Entry kEntries[] = {
    {"task", EntryKind::Tasks, 0555},
    {"fd", EntryKind::Descriptors, 0500},
    {"fdinfo", EntryKind::DescriptorInformation, 0555},
    {"auxv", EntryKind::Text, 0400, show_auxv},
    {"cmdline", EntryKind::Text, 0444, show_cmdline},
    {"comm", EntryKind::Text, 0644, show_comm, store_comm},
    {"cwd", EntryKind::Magic, 0777, nullptr, nullptr, follow_cwd},
    {"environ", EntryKind::Text, 0400, show_environ},
    {"exe", EntryKind::Magic, 0777, nullptr, nullptr, follow_exe},
    {"io", EntryKind::Text, 0400, show_io},
    {"limits", EntryKind::Text, 0444, show_limits},
    {"maps", EntryKind::Text, 0444, show_maps},
    {"mem", EntryKind::Memory, 0600},
    {"mountinfo", EntryKind::Text, 0444, show_mountinfo},
    {"mounts", EntryKind::Text, 0444, show_mounts},
    {"root", EntryKind::Magic, 0777, nullptr, nullptr, follow_root},
    {"stat", EntryKind::Text, 0444, show_stat},
    {"statm", EntryKind::Text, 0444, show_statm},
    {"status", EntryKind::Text, 0444, show_status},
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
            if (!sink.add({name, size}, proc_inode_number(task->thread_id(), 1), kModeDirectory, static_cast<u64>(minimum))) break;
        }
        return {};
    }
};

class ProcessDirectory final : public ProcDirectory {
public:
    using ProcDirectory::ProcDirectory;
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
    bool is_shown(const Entry& entry) const { return entry.kind != EntryKind::Tasks || !subject_.task; }
    u64 number_of(u64 row) const { return proc_inode_number(id_of(subject_), row + 2); }
    static u32 type_of(const Entry& entry) {
        if (entry.kind == EntryKind::Text || entry.kind == EntryKind::Memory) return kModeRegular;
        return entry.kind == EntryKind::Magic ? kModeSymlink : kModeDirectory;
    }
    Result<Ref<Inode>> create_entry(const Entry& entry, u64 row) {
        u64 inode_number = number_of(row);
        switch (entry.kind) {
        case EntryKind::Text:
            return make_ref<ProcTextInode>(super_block(), inode_number, kModeRegular | entry.permissions, subject_, entry.show, entry.store);
        case EntryKind::Magic: return make_ref<ProcMagicLink>(super_block(), inode_number, subject_, entry.follow);
        case EntryKind::Descriptors: return create_descriptor_directory(super_block(), inode_number, subject_, false);
        case EntryKind::DescriptorInformation: return create_descriptor_directory(super_block(), inode_number, subject_, true);
        case EntryKind::Memory: return create_memory_inode(super_block(), inode_number, subject_);
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
