// procfs: /proc. Its root holds the static files, "self" and "thread-self", and a directory for each process.
#include "base/format.h"
#include "fs/proc/process_entries.h"
#include "fs/proc/system_entries.h"
#include "sync/made_once.h"

namespace martlet {
namespace {

constexpr u64 kRootNumber = 1;

Result<String> self_text() {
    char text[16];
    usize size = format(text, "%d", current_task().process().id());
    return String::create({text, size});
}

Result<String> thread_self_text() {
    char text[40];
    usize size = format(text, "%d/task/%d", current_task().process().id(), current_task().thread_id());
    return String::create({text, size});
}

Result<String> mounts_text() { return String::create("self/mounts"); }

struct Link {
    std::string_view name;
    ProcLinkInode::Text text;
};
constexpr Link kLinks[] = {{"mounts", mounts_text}, {"self", self_text}, {"thread-self", thread_self_text}};
constexpr u64 kFirstLinkNumber = 2, kKmsgNumber = 0x100;

class ProcRoot final : public ProcDirectory {
public:
    using ProcDirectory::ProcDirectory;

    Result<Ref<Inode>> lookup(std::string_view name) override {
        int id = parse_id(name);
        if (id > 0) {
            // A thread id leads to its process's directory too, though it is not listed.
            Ref<Process> process = find_process(id);
            if (!process)
                if (Ref<Task> task = find_task(id)) process = Ref<Process>(task->process());
            if (!process) return Error(Errno::ENOENT);
            return create_process_directory(super_block(), {process, nullptr});
        }
        for (usize index = 0; index < std::size(kLinks); ++index)
            if (kLinks[index].name == name)
                return make_ref<ProcLinkInode>(super_block(), kFirstLinkNumber + index, kLinks[index].text);
        if (name == "kmsg") return create_kmsg_inode(super_block(), kKmsgNumber);
        return lookup_system_name(super_block(), "", name);
    }

    /// Positions: links, kmsg, static names, then the processes by number.
    Result<void> read_directory(u64 offset, DirectorySink& sink) override {
        u64 links = std::size(kLinks);
        for (u64 index = offset; index < links; ++index)
            if (!sink.add(kLinks[index].name, kFirstLinkNumber + index, kModeSymlink, index + 1)) return {};
        if (offset <= links && !sink.add("kmsg", kKmsgNumber, kModeRegular, links + 1)) return {};
        u64 first_static = links + 1, first_process = first_static + system_name_limit();
        u64 static_offset = offset > first_static ? offset - first_static : 0;
        if (offset < first_process && !list_system_names("", static_offset, first_static, sink)) return {};
        int minimum = offset > first_process ? static_cast<int>(offset - first_process) : 1;
        while (Ref<Process> process = next_process(minimum)) {
            char name[16];
            usize size = format(name, "%d", process->id());
            minimum = process->id() + 1;
            if (!sink.add({name, size}, proc_inode_number(process->id(), 1), kModeDirectory,
                          first_process + static_cast<u64>(minimum)))
                break;
        }
        return {};
    }

    Result<void> refresh_attributes() override {
        attributes.link_count = 2 + process_count();
        return {};
    }
};

class Procfs final : public FileSystem {
public:
    std::string_view name() const override { return "proc"; }
    /// One instance, however often it is mounted.
    Result<Ref<SuperBlock>> mount(std::string_view, std::string_view) override {
        return Ref<SuperBlock>(*TRY(instance_.get([]() -> Result<ProcSuperBlock*> {
            Ref<ProcSuperBlock> block = TRY(make_ref<ProcSuperBlock>());
            block->set_root(TRY(make_ref<ProcRoot>(*block, kRootNumber, kModeDirectory | 0555u, ProcSubject())));
            return block.leak();
        })));
    }

private:
    MadeOnce<ProcSuperBlock> instance_{LockRank::Mount};
};

constinit Procfs procfs;
REGISTER_FILE_SYSTEM(procfs);

} // namespace
} // namespace martlet
