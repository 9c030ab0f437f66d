// /proc/N/ns: the name spaces of a process (namespaces(7)): links that lead to files of the name spaces themselves.
#include "fs/proc/namespace_links.h"

#include "base/format.h"
#include "fs/proc/process_entries.h"
#include "proc/fork.h"
#include "vfs/anonymous.h"
#include "vfs/fs_context.h"

namespace martlet {
namespace {

struct NameSpace {
    std::string_view link, kind;
    u64 clone_flag;
    u32 inode; // as Linux numbers the first ones
};
constexpr u64 kCloneNewTime = 0x80;
constexpr NameSpace kNameSpaces[] = {
    {"cgroup", "cgroup", kCloneNewCgroup, 0xeffffffb},
    {"ipc", "ipc", kCloneNewIpc, 0xefffffff},
    {"mnt", "mnt", kCloneNewNs, 0}, // each has a number of its own
    {"net", "net", kCloneNewNet, 0xeffffff9},
    {"pid", "pid", kCloneNewPid, 0xeffffffc},
    {"pid_for_children", "pid", kCloneNewPid, 0xeffffffc},
    {"time", "time", kCloneNewTime, 0xeffffffa},
    {"time_for_children", "time", kCloneNewTime, 0xeffffffa},
    {"user", "user", kCloneNewUser, 0xeffffffd},
    {"uts", "uts", kCloneNewUts, 0xeffffffe},
};

/// What a name space's link leads to: all that is opened of it keeps the name space.
class NameSpaceInode final : public Inode {
public:
    NameSpaceInode(SuperBlock& block, u64 number, const NameSpace& shown, Ref<MountNamespace> mounts)
        : Inode(block, number), shown_(shown), mounts_(std::move(mounts)) {
        attributes.mode = kModeRegular | 0444;
    }
    Result<Ref<File>> open(u32 flags, const Path& path) override {
        if ((flags & kOpenAccessMode) != kOpenReadOnly) return Error(Errno::EPERM);
        return make_ref<NameSpaceFile>(flags, path, shown_.clone_flag, mounts_);
    }

private:
    const NameSpace& shown_;
    Ref<MountNamespace> mounts_;
};

class NameSpaceLink final : public ProcInode {
public:
    NameSpaceLink(SuperBlock& block, u64 number, const ProcSubject& subject, const NameSpace& shown)
        : ProcInode(block, number, kModeSymlink | 0777, subject), shown_(shown) {}
    Result<void> check_follow() override {
        if (!may_inspect(*subject_.process)) return Error(Errno::EACCES);
        return {};
    }
    Result<String> read_link() override {
        TRY(check_follow());
        Ref<MountNamespace> mounts = TRY(find_mounts());
        char text[32];
        return String::create({text, print_name(text, number_of(mounts))});
    }
    Result<Path> follow_magic_link() override {
        Ref<MountNamespace> mounts = TRY(find_mounts());
        SuperBlock* block = anonymous_super_block();
        if (!block) return Error(Errno::ENOMEM);
        u64 shown_number = number_of(mounts);
        char text[32];
        usize size = print_name(text, shown_number);
        return make_anonymous_path(TRY(make_ref<NameSpaceInode>(*block, shown_number, shown_, std::move(mounts))),
                                   {text, size});
    }

private:
    /// The mount name space where that is what the link shows, else null. ENOENT: the process has ended.
    Result<Ref<MountNamespace>> find_mounts() {
        if (shown_.clone_flag != kCloneNewNs) return Ref<MountNamespace>();
        Ref<FsContext> context = process_fs_context(*subject_.process);
        if (!context) return Error(Errno::ENOENT);
        return context->counted_name_space();
    }
    u64 number_of(const Ref<MountNamespace>& mounts) const { return mounts ? mounts->number() : shown_.inode; }
    usize print_name(std::span<char> text, u64 shown_number) const {
        return format(text, "%.*s:[%llu]", static_cast<int>(shown_.kind.size()), shown_.kind.data(),
                      static_cast<unsigned long long>(shown_number));
    }

    const NameSpace& shown_;
};

class NameSpaceDirectory final : public ProcDirectory {
public:
    using ProcDirectory::ProcDirectory;
    Result<Ref<Inode>> lookup(std::string_view name) override {
        for (const NameSpace& each : kNameSpaces)
            if (each.link == name) return make_ref<NameSpaceLink>(super_block(), number_of(each), subject_, each);
        return Error(Errno::ENOENT);
    }
    Result<void> read_directory(u64 offset, DirectorySink& sink) override {
        if (!may_inspect(*subject_.process)) return Error(Errno::EACCES);
        for (u64 row = offset; row < std::size(kNameSpaces); ++row)
            if (!sink.add(kNameSpaces[row].link, number_of(kNameSpaces[row]), kModeSymlink, row + 1)) break;
        return {};
    }

private:
    u64 number_of(const NameSpace& each) const {
        return proc_inode_number(static_cast<int>(number() >> 20), 0x3000u + static_cast<u64>(&each - kNameSpaces));
    }
};

} // namespace

/// NS_GET_NSTYPE, NS_GET_PARENT (ioctl_ns(2)): the first name space of a kind has no parent that can be seen.
Result<i64> NameSpaceFile::ioctl(u32 command, u64) {
    constexpr u32 kGetParent = 0xb702, kGetKind = 0xb703;
    if (command == kGetKind) return static_cast<i64>(clone_flag_);
    if (command != kGetParent) return Error(Errno::ENOTTY);
    bool has_parents = clone_flag_ == kCloneNewUser || clone_flag_ == kCloneNewPid;
    return Error(has_parents ? Errno::EPERM : Errno::EINVAL);
}

Result<Ref<Inode>> create_namespace_directory(SuperBlock& block, u64 number, const ProcSubject& subject) {
    return make_ref<NameSpaceDirectory>(block, number, kModeDirectory | 0511u, subject);
}

} // namespace martlet
