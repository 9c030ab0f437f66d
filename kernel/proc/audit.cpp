#include "proc/audit.h"

#include <algorithm>

#include "base/log.h"
#include "base/vector.h"
#include "mm/address_space.h"
#include "proc/process.h"
#include "proc/process_info.h"
#include "vfs/audit.h"
#include "vfs/fd_table.h"
#include "vfs/file_system.h"
#include "vfs/mount.h"

namespace martlet {

namespace {

/// What can be reached from the processes. Pointers are compared, never followed.
struct Reached {
    Vector<const File*> files;
    u64 descriptors = 0;
    bool has_no_memory = false;

    void add(const File* file) {
        for (; file; file = file->inner_file())
            if (!files.push_back(file)) has_no_memory = true;
    }
};

void add_descriptors(Reached& reached, FdTable& table) {
    for (int fd = table.next_open(0); fd >= 0; fd = table.next_open(fd + 1)) {
        auto file = table.get(fd, Rights::None);
        if (!file) continue;
        reached.add(file->get());
        ++reached.descriptors;
    }
}

void add_process(Reached& reached, Process& process) {
    if (Ref<File> executable = process_executable(process)) reached.add(executable.get());
    if (Ref<FdTable> table = process_files(process)) add_descriptors(reached, *table);
    if (Ref<AddressSpace> space = process_address_space(process))
        space->for_each_mapping(
            [](void* context, const AddressSpace::MappingView& view) {
                static_cast<Reached*>(context)->add(view.file);
                return AddressSpace::Visit::Continue;
            },
            &reached);
}

template <typename T> u64 count_distinct(Vector<const T*>& pointers) {
    std::sort(pointers.begin(), pointers.end(), [](const T* left, const T* right) { return left < right; });
    return static_cast<u64>(std::unique(pointers.begin(), pointers.end()) - pointers.begin());
}

/// Inodes that mounted file systems keep by themselves; the others live as long as a name of theirs is in the cache.
u64 count_kept_inodes() {
    u64 count = 0;
    MutexGuard guard(mount_mutex);
    for (Mount* mount = MountTable::first(); mount; mount = MountTable::next(*mount)) {
        FileSystemStatistics statistics = mount->super_block().statistics();
        count += statistics.files - statistics.files_free;
    }
    return count;
}

unsigned long long printable(u64 value) { return value; }

} // namespace

bool log_file_audit() {
    VfsCounts counts = vfs_counts();
    Reached reached;
    for (Ref<Process> process = next_process(1); process; process = next_process(process->id() + 1))
        add_process(reached, *process);
    if (reached.has_no_memory) return true; // nothing can be said
    u64 files = count_distinct(reached.files);
    u64 kept_inodes = count_kept_inodes();
    log_debug("audit: %llu descriptors, %llu open files, %llu inodes, %llu names (%llu unused)",
              printable(reached.descriptors), printable(counts.files), printable(counts.inodes),
              printable(counts.dentries), printable(counts.unused_dentries));
    bool is_sound = true;
    if (counts.files != files) {
        log_error("audit: %llu open files, but descriptors, programs and mappings lead to %llu",
                  printable(counts.files), printable(files));
        is_sound = false;
    }
    if (counts.inodes > kept_inodes + counts.dentries) {
        log_error("audit: inodes without a file system or a name: %llu",
                  printable(counts.inodes - kept_inodes - counts.dentries));
        is_sound = false;
    }
    return is_sound;
}

u64 count_address_spaces() {
    Vector<const AddressSpace*> spaces;
    for (Ref<Process> process = next_process(1); process; process = next_process(process->id() + 1))
        if (Ref<AddressSpace> space = process_address_space(*process)) (void)spaces.push_back(space.get());
    return count_distinct(spaces);
}

} // namespace martlet
