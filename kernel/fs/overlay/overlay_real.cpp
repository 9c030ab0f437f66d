// What overlayfs does in its layers.
#include "fs/overlay/overlay.h"
#include "proc/task.h"
#include "vfs/extended_attributes.h"
#include "vfs/open.h"
#include "vfs/operations.h"
#include "vfs/page_source.h"
#include "vfs/path_walk.h"

namespace martlet {
namespace {

constexpr std::string_view kOpaque = "trusted.overlay.opaque";

} // namespace

MounterCredentials::MounterCredentials(OverlaySuperBlock& block) {
    if (current_task_or_null()) callers_ = current_task().set_credentials(block.mounter());
}

MounterCredentials::~MounterCredentials() {
    if (callers_) (void)current_task().set_credentials(std::move(callers_));
}

bool is_whiteout(const Inode& inode) {
    return (inode.mode() & kModeTypeMask) == kModeCharacter && inode.attributes.device == 0;
}

bool is_opaque(const Inode& directory) {
    ExtendedAttributes* store = const_cast<Inode&>(directory).extended_attributes();
    u8 value = 0;
    auto size = store ? store->get(kOpaque, {&value, 1}) : Result<usize>(Error(Errno::EOPNOTSUPP));
    return size && *size == 1 && value == 'y';
}

Result<void> mark_opaque(const Path& directory) {
    u8 value = 'y';
    return set_attribute(directory, kOpaque, {&value, 1}, 0);
}

Result<Path> real_child(const Path& directory, std::string_view name) {
    Ref<Dentry> child = TRY(lookup_child(directory.dentry(), name, DentryCache::hash_name(name)));
    if (child->is_negative()) return Path();
    return Path(Ref<Mount>(directory.mount()), std::move(child));
}

/// Page by page; holes stay holes where the source knows them.
Result<void> copy_content(const Path& from, const Path& to) {
    Ref<File> source = TRY(open_inode(from, kOpenReadOnly | kOpenNoAtime));
    Ref<File> target = TRY(open_inode(to, kOpenWriteOnly));
    Inode& inode = *from.dentry().inode();
    u64 size = inode.attributes.size;
    for (u64 offset = inode.next_data(0); offset < size;) {
        BorrowedPage page;
        if (TRY(borrow_pages(*source, offset, kPageSize, {&page, 1})) == 0) break;
        IoCursor cursor = IoCursor::kernel_const(static_cast<u8*>(page.frame->data()) + page.start, page.size);
        auto written = target->write(cursor, offset);
        page.frame->release();
        if (!written) return Error(written.error());
        if (*written < page.size) return Error(Errno::ENOSPC);
        offset += page.size;
        if (offset < size) offset = inode.next_data(offset);
    }
    Inode& copy = *to.dentry().inode();
    MutexGuard guard(copy.attribute_lock);
    return copy.attributes.size == size ? Result<void>() : copy.truncate(size);
}

Result<void> copy_attributes(const Inode& from, Inode& to) {
    if (ExtendedAttributes* source = const_cast<Inode&>(from).extended_attributes()) {
        if (ExtendedAttributes* target = to.extended_attributes()) TRY(target->copy_from(*source));
    }
    MutexGuard guard(to.attribute_lock);
    to.attributes.mode = (to.attributes.mode & kModeTypeMask) | (from.attributes.mode & kModePermissions);
    to.attributes.user_id = from.attributes.user_id;
    to.attributes.group_id = from.attributes.group_id;
    to.attributes.access_time = from.attributes.access_time;
    to.attributes.modify_time = from.attributes.modify_time;
    return to.attributes_changed();
}

Result<void> remove_whiteouts(const Path& directory) {
    class Names final : public DirectorySink {
    public:
        bool add(std::string_view name, u64, u32 mode, u64 next_offset) override {
            next = next_offset;
            if ((mode & kModeTypeMask) != kModeCharacter) return true;
            auto copy = String::create(name);
            if (!copy || !names.push_back(*std::move(copy))) return false;
            return true;
        }
        Vector<String> names;
        u64 next = 0;
    } found;
    {
        MutexGuard guard(directory.dentry().inode()->directory_lock);
        TRY(directory.dentry().inode()->read_directory(0, found));
    }
    for (const String& name : found.names) TRY(remove_name({directory, name}));
    return {};
}

} // namespace martlet
