// /proc/N/ns: the name spaces, of which there is one of each kind (namespaces(7)). The links cannot be followed yet.
#include "base/format.h"
#include "fs/proc/process_entries.h"

namespace martlet {
namespace {

struct NameSpace {
    std::string_view link, kind;
    u32 inode; // as Linux numbers the first ones
};
constexpr NameSpace kNameSpaces[] = {
    {"cgroup", "cgroup", 0xeffffffb}, {"ipc", "ipc", 0xefffffff},
    {"mnt", "mnt", 0xeffffff8},       {"net", "net", 0xeffffff9},
    {"pid", "pid", 0xeffffffc},       {"pid_for_children", "pid", 0xeffffffc},
    {"time", "time", 0xeffffffa},     {"time_for_children", "time", 0xeffffffa},
    {"user", "user", 0xeffffffd},     {"uts", "uts", 0xeffffffe},
};

class NameSpaceLink final : public ProcInode {
public:
    NameSpaceLink(SuperBlock& block, u64 number, const ProcSubject& subject, const NameSpace& shown)
        : ProcInode(block, number, kModeSymlink | 0777, subject), shown_(shown) {}
    Result<String> read_link() override {
        if (!may_inspect(*subject_.process)) return Error(Errno::EACCES);
        char text[32];
        usize size = format(text, "%.*s:[%u]", static_cast<int>(shown_.kind.size()), shown_.kind.data(), shown_.inode);
        return String::create({text, size});
    }

private:
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

Result<Ref<Inode>> create_namespace_directory(SuperBlock& block, u64 number, const ProcSubject& subject) {
    return make_ref<NameSpaceDirectory>(block, number, kModeDirectory | 0511u, subject);
}

} // namespace martlet
