#include "vfs/mount_namespace.h"

#include "vfs/mount_tree.h"

namespace martlet {
namespace {

std::atomic<u64> next_number = 0xf000'0000; // as Linux numbers them in /proc/pid/ns

} // namespace

MountNamespace::MountNamespace() : number_(next_number.fetch_add(1, std::memory_order_relaxed)) {}

MountNamespace::~MountNamespace() {
    if (!root_) return;
    MutexGuard guard(mount_mutex);
    MountTree::dissolve(*root_);
}

MountNamespace& MountNamespace::initial() {
    alignas(MountNamespace) static unsigned char storage[sizeof(MountNamespace)];
    static MountNamespace* made = new (storage) MountNamespace(); // at boot, before there are others to ask
    return *made;
}

Result<Ref<MountNamespace>> MountNamespace::copy(MountNamespace& from, Path& root, Path& working_directory) {
    Ref<MountNamespace> fresh = TRY(make_ref<MountNamespace>());
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
