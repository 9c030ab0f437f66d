#include "vfs/mount_namespace.h"

#include "vfs/mount_tree.h"

namespace martlet {
namespace {

constexpr u64 kInitialNumber = 0xf000'0000; // as Linux numbers them in /proc/pid/ns
std::atomic<u64> g_next_number = kInitialNumber + 1;

} // namespace

MountNamespace::~MountNamespace() {
    if (!root_) return;
    MutexGuard guard(mount_mutex);
    MountTree::dissolve(*root_);
}

MountNamespace& MountNamespace::initial() {
    static constinit MountNamespace initial(kInitialNumber);
    return initial;
}

Result<Ref<MountNamespace>> MountNamespace::copy(MountNamespace& from, Path& root, Path& working_directory) {
    Ref<MountNamespace> fresh = TRY(make_ref<MountNamespace>(g_next_number.fetch_add(1, std::memory_order_relaxed)));
    MutexGuard guard(mount_mutex);
    Vector<MountPair> pairs;
    Mount& top = from.root();
    Ref<Mount> tree = TRY(MountTree::copy(top, top.root(), CopyRules::for_name_space(), &pairs));
    for (const MountPair& pair : pairs) {
        if (root && &root.mount() == pair.original) root = Path(Ref<Mount>(*pair.copy), Ref<Dentry>(root.dentry()));
        if (working_directory && &working_directory.mount() == pair.original)
            working_directory = Path(Ref<Mount>(*pair.copy), Ref<Dentry>(working_directory.dentry()));
    }
    MountTree::adopt_root(std::move(tree), *fresh);
    return fresh;
}

} // namespace martlet
