#include "proc/pidfd.h"

#include "base/format.h"
#include "vfs/anonymous.h"
#include "vfs/fd_table.h"

namespace martlet {

namespace {

class PidFile final : public File {
public:
    PidFile(u32 flags, const Path& path, Ref<Process> process) : File(flags, path), process_(std::move(process)) {}
    bool is_pollable() const override { return true; }
    u32 poll(PollTable* table) override {
        if (table) table->watch(process_->exit_event);
        IrqLockGuard guard(process_tree_lock);
        return process_->state == ProcessState::Alive ? 0 : kPollIn | kPollRdNorm;
    }
    Process* process() override { return process_.get(); }
    void show_information(InformationSink& sink) override {
        int id;
        {
            IrqLockGuard guard(process_tree_lock);
            id = process_->state == ProcessState::Reaped ? -1 : process_->id();
        }
        char text[48];
        sink.append({text, format(text, "Pid:\t%d\nNSpid:\t%d\n", id, id)});
    }

private:
    Ref<Process> process_;
};

} // namespace

Result<Ref<File>> create_pidfd(Ref<Process> process, u32 flags) {
    Path path = TRY(anonymous_file_path("anon_inode:[pidfd]"));
    return Ref<File>(TRY(make_ref<PidFile>(kOpenReadWrite | flags, path, std::move(process))));
}

Result<Ref<Process>> process_of_descriptor(int fd, Rights needed) {
    Ref<File> file = TRY(current_task().files().get(fd, needed));
    Process* process = file->process();
    if (!process) return Error(Errno::EBADF);
    return Ref<Process>(*process);
}

} // namespace martlet
