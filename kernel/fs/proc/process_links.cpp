// exe, cwd, root, fd/ and fdinfo/ of a process.
#include "base/format.h"
#include "fs/proc/process_entries.h"
#include "vfs/dentry.h"
#include "vfs/fd_table.h"
#include "vfs/fs_context.h"
#include "vfs/mount.h"

namespace martlet {

Result<Path> follow_exe(const ProcSubject& subject) {
    Ref<File> file = process_executable(*subject.process);
    if (!file) return Error(Errno::ENOENT);
    return file->path();
}

Result<Path> follow_cwd(const ProcSubject& subject) {
    Ref<FsContext> context = process_fs_context(*subject.process);
    if (!context) return Error(Errno::ENOENT);
    return context->working_directory();
}

Result<Path> follow_root(const ProcSubject& subject) {
    Ref<FsContext> context = process_fs_context(*subject.process);
    if (!context) return Error(Errno::ENOENT);
    return context->root();
}

namespace {

Result<Ref<File>> descriptor_file(const ProcSubject& subject, int fd) {
    Ref<FdTable> files = process_files(*subject.process);
    if (!files) return Error(Errno::ENOENT);
    auto file = files->get(fd, Rights::None);
    if (!file) return Error(Errno::ENOENT);
    return file;
}

/// /proc/N/fd/F: its mode shows how the file is open, following it opens the file anew.
class DescriptorLink final : public ProcInode {
public:
    DescriptorLink(SuperBlock& block, u64 number, const ProcSubject& subject, int fd)
        : ProcInode(block, number, kModeSymlink | 0700, subject), fd_(fd) {
        attributes.size = 64;
        (void)refresh_attributes();
    }
    bool is_current() override { return ProcInode::is_current() && descriptor_file(subject_, fd_); }
    Result<void> refresh_attributes() override {
        TRY(ProcInode::refresh_attributes());
        Ref<File> file = TRY(descriptor_file(subject_, fd_));
        attributes.mode = kModeSymlink | 0100 | (file->can_read() ? 0400u : 0) | (file->can_write() ? 0200u : 0);
        return {};
    }
    Result<void> check_follow() override {
        if (!may_inspect(*subject_.process)) return Error(Errno::EACCES);
        return {};
    }
    Result<Path> follow_magic_link() override {
        Ref<File> file = TRY(descriptor_file(subject_, fd_));
        if (!file->path()) return Error(Errno::ENXIO);
        return file->path();
    }
    Result<String> read_link() override {
        TRY(check_follow());
        Ref<File> file = TRY(descriptor_file(subject_, fd_));
        return file->path() ? describe_path(file->path()) : file->describe();
    }

private:
    int fd_;
};

/// /proc/N/fdinfo/F. The number is in the inode's.
Result<void> show_descriptor(TextBuffer& text, const ProcSubject& subject, int fd) {
    Ref<FdTable> files = process_files(*subject.process);
    if (!files) return Error(Errno::ENOENT);
    Ref<File> file = TRY(descriptor_file(subject, fd));
    bool cloexec = TRY(files->close_on_exec(fd)) == CloseOnExec::Yes;
    u32 flags = file->flags() | (cloexec ? kOpenCloseOnExec : 0);
    Inode* inode = file->inode();
    text.print("pos:\t%llu\nflags:\t0%o\nmnt_id:\t%u\nino:\t%llu\n",
               static_cast<unsigned long long>(file->position), flags,
               file->path() ? file->path().mount().id() : 0,
               static_cast<unsigned long long>(inode ? inode->number() : 0));
    struct Sink final : InformationSink {
        explicit Sink(TextBuffer& to) : text(to) {}
        void append(std::string_view added) override { text.append(added); }
        TextBuffer& text;
    } sink(text);
    file->show_information(sink);
    return {};
}

class DescriptorInformation final : public ProcInode {
public:
    DescriptorInformation(SuperBlock& block, u64 number, const ProcSubject& subject, int fd)
        : ProcInode(block, number, kModeRegular | 0400, subject), fd_(fd) {}
    bool is_current() override { return ProcInode::is_current() && descriptor_file(subject_, fd_); }
    Result<usize> read_at(IoCursor& to, u64 offset) override {
        TextBuffer text;
        TRY(show_descriptor(text, subject_, fd_));
        TRY(text.status());
        std::string_view shown = text.view();
        if (offset >= shown.size()) return 0;
        return to.put(shown.data() + offset, shown.size() - offset);
    }

private:
    int fd_;
};

class DescriptorDirectory final : public ProcDirectory {
public:
    DescriptorDirectory(SuperBlock& block, u64 number, const ProcSubject& subject, bool with_information)
        : ProcDirectory(block, number, kModeDirectory | (with_information ? 0555 : 0500), subject),
          with_information_(with_information) {}

    Result<Ref<File>> open(u32 flags, const Path& path) override {
        if (with_information_ && !may_inspect(*subject_.process)) return Error(Errno::EACCES);
        return ProcDirectory::open(flags, path);
    }
    Result<Ref<Inode>> lookup(std::string_view name) override {
        int fd = parse_id(name);
        if (fd < 0 || !may_inspect(*subject_.process)) return Error(Errno::ENOENT);
        TRY(descriptor_file(subject_, fd));
        u64 inode_number = number_of(fd);
        if (with_information_) return make_ref<DescriptorInformation>(super_block(), inode_number, subject_, fd);
        return make_ref<DescriptorLink>(super_block(), inode_number, subject_, fd);
    }
    Result<void> read_directory(u64 offset, DirectorySink& sink) override {
        if (!may_inspect(*subject_.process)) return Error(Errno::EACCES);
        Ref<FdTable> files = process_files(*subject_.process);
        if (!files) return {};
        for (int fd = files->next_open(static_cast<int>(offset)); fd >= 0; fd = files->next_open(fd + 1)) {
            char name[16];
            usize size = format(name, "%d", fd);
            u32 type = with_information_ ? kModeRegular : kModeSymlink;
            if (!sink.add({name, size}, number_of(fd), type, static_cast<u64>(fd) + 1)) break;
        }
        return {};
    }

private:
    u64 number_of(int fd) const {
        return proc_inode_number(static_cast<int>(number() >> 20), 0x40000u | static_cast<u64>(fd));
    }
    bool with_information_;
};

} // namespace

Result<Ref<Inode>> create_descriptor_directory(SuperBlock& block, u64 number, const ProcSubject& subject,
                                               bool with_information) {
    return make_ref<DescriptorDirectory>(block, number, subject, with_information);
}

} // namespace martlet
