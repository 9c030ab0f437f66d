// Registered file systems, and the numbers of their instances.
#include "vfs/file_system.h"

#include "dev/device.h"
#include "vfs/dentry.h"

extern "C" {
extern martlet::FileSystem* const __start_martlet_file_systems[];
extern martlet::FileSystem* const __stop_martlet_file_systems[];
}

namespace martlet {
namespace {

std::atomic<u32> next_anonymous_minor = 1;

} // namespace

/// Major 0: no device behind it.
SuperBlock::SuperBlock(Stacking how)
    : device(make_device(0, next_anonymous_minor.fetch_add(1, std::memory_order_relaxed))), stacking(how),
      rename_lock(how == Stacking::Stacked ? LockRank::StackedRename : LockRank::Rename) {}

SuperBlock::~SuperBlock() = default;

std::span<FileSystem* const> file_systems() {
    return {__start_martlet_file_systems,
            static_cast<usize>(__stop_martlet_file_systems - __start_martlet_file_systems)};
}

FileSystem* find_file_system(std::string_view name) {
    for (FileSystem* type : file_systems())
        if (type->name() == name) return type;
    return nullptr;
}

} // namespace martlet
