// The inodes of procfs. Their content is made when it is read, from live state (proc(5)).
//
// A file of the tree is a row: its name, its mode and the function that shows it. A Subject says of which
// process or task; it is empty for the global files. An inode of a process is current while that process
// exists.
#pragma once
#include "fs/proc/text_buffer.h"
#include "proc/process.h"
#include "proc/process_info.h"
#include "vfs/change_count.h"
#include "vfs/file_system.h"
#include "vfs/inode.h"

namespace martlet {

struct ProcSubject {
    Ref<Process> process;
    Ref<Task> task; // set below task/, null for the process as a whole
};

using ProcShow = Result<void> (*)(TextBuffer& text, const ProcSubject& subject);
using ProcStore = Result<void> (*)(std::string_view text, const ProcSubject& subject);
/// What a file tells to poll(2): the events that always hold, and the changes of a count that lives as long as `owner`
/// (null: for ever), if it has one.
struct ProcChanges {
    static constexpr u32 kReadable = kPollIn | kPollRdNorm, kAlways = kReadable | kPollOut | kPollWrNorm;
    ChangeCount* count = nullptr;
    Ref<RefCounted> owner;
    u32 events = kAlways;
};
using ProcWatch = ProcChanges (*)(const ProcSubject& subject);
using ProcFollow = Result<Path> (*)(const ProcSubject& subject);

class ProcSuperBlock final : public SuperBlock {
public:
    Ref<Inode> root() override { return root_; }
    FileSystemStatistics statistics() override { return {.type_magic = 0x9fa0}; }
    void set_root(Ref<Inode> root) { root_ = std::move(root); }

private:
    Ref<Inode> root_;
};

class ProcInode : public Inode {
public:
    ProcInode(SuperBlock& block, u64 number, u32 mode, const ProcSubject& subject);
    const ProcSubject& subject() const { return subject_; }
    bool is_current() override;
    /// A process's files belong to whom it acts for.
    Result<void> refresh_attributes() override;

protected:
    ProcSubject subject_;
};

/// A directory of /proc whose names come and go.
class ProcDirectory : public ProcInode {
public:
    using ProcInode::ProcInode;
    bool names_are_stable() const override { return false; }
    // A name that is not there cannot be made either.
    Result<Ref<Inode>> create(std::string_view, const InodeAttributes&) override { return Error(Errno::ENOENT); }
    Result<Ref<Inode>> create_symlink(std::string_view, std::string_view, const InodeAttributes&) override {
        return Error(Errno::ENOENT);
    }
    Result<void> link(std::string_view, Inode&) override { return Error(Errno::ENOENT); }
};

/// A file of text.
class ProcTextInode : public ProcInode {
public:
    ProcTextInode(SuperBlock& block, u64 number, u32 mode, const ProcSubject& subject, ProcShow show, ProcStore store,
                  ProcWatch watch = nullptr)
        : ProcInode(block, number, mode, subject), show_(show), store_(store), watch_(watch) {}
    Result<Ref<File>> open(u32 flags, const Path& path) override;
    Result<void> truncate(u64) override { return {}; } // O_TRUNC from a shell's ">"
    virtual Result<void> show(TextBuffer& text) { return show_(text, subject_); }
    /// `text` without the line's end. EIO where nothing can be written.
    virtual Result<void> store(std::string_view text);

private:
    ProcShow show_;
    ProcStore store_;
    ProcWatch watch_;
};

/// A symbolic link with a text of its own.
class ProcLinkInode final : public ProcInode {
public:
    using Text = Result<String> (*)();
    ProcLinkInode(SuperBlock& block, u64 number, Text text);
    Result<String> read_link() override { return text_(); }

private:
    Text text_;
};

/// A link that jumps to a file of the process (exe, cwd, root).
class ProcMagicLink : public ProcInode {
public:
    ProcMagicLink(SuperBlock& block, u64 number, const ProcSubject& subject, ProcFollow follow);
    Result<String> read_link() override;
    Result<Path> follow_magic_link() override { return follow_(subject_); }
    Result<void> check_follow() override;

private:
    ProcFollow follow_;
};

/// What /proc shows for a path: its name below the caller's root.
Result<String> describe_path(const Path& path);

/// Numbers: the id of the process or task above, the row below.
constexpr u64 proc_inode_number(int id, u64 row) { return static_cast<u64>(id) << 20 | row; }
/// Decimal without sign or leading zeros; -1 if it is something else.
int parse_id(std::string_view name);

} // namespace martlet
