// mounts and mountinfo (proc(5)), as seen from the process's root.
#include "dev/device.h"
#include "fs/proc/process_entries.h"
#include "vfs/fs_context.h"
#include "vfs/mount.h"
#include "vfs/mount_namespace.h"

namespace martlet {
namespace {

/// Blanks, tabs, newlines and backslashes become \ooo, so that fields stay fields.
void append_field(TextBuffer& text, std::string_view field) {
    for (char character : field) {
        bool is_special = character == ' ' || character == '\t' || character == '\n' || character == '\\';
        if (is_special) text.print("\\%03o", static_cast<u32>(character));
        else text.append({&character, 1});
    }
}

void append_mount_options(TextBuffer& text, const Mount& mount) {
    u64 flags = mount.flags();
    text.append(flags & kMountReadOnly ? "ro" : "rw");
    if (flags & kMountNoSuid) text.append(",nosuid");
    if (flags & kMountNoDev) text.append(",nodev");
    if (flags & kMountNoExec) text.append(",noexec");
    if (flags & kMountNoAtime) text.append(",noatime");
    if (flags & kMountNoDirAtime) text.append(",nodiratime");
    if (!(flags & (kMountNoAtime | kMountStrictAtime))) text.append(",relatime");
    if (flags & kMountNoSymFollow) text.append(",nosymfollow");
}

Result<void> append_file_system_options(TextBuffer& text, Mount& mount) {
    String options = TRY(mount.super_block().options());
    if (options.is_empty()) return {};
    text.append(",");
    text.append(options);
    return {};
}

std::string_view type_name(const Mount& mount) {
    FileSystem* type = mount.super_block().type;
    return type ? type->name() : "none";
}

std::string_view shown_source(const Mount& mount) { return mount.source().empty() ? "none" : mount.source(); }

/// Calls show(mount, its place below the process's root) for each mount that can be reached from there.
template <typename Show> Result<void> for_each_visible_mount(const ProcSubject& subject, Show show) {
    Ref<FsContext> context = process_fs_context(*subject.process);
    if (!context) return Error(Errno::EINVAL);
    Path root = context->root();
    MutexGuard guard(mount_mutex);
    for (Mount* mount = MountTable::first(); mount; mount = MountTable::next(*mount)) {
        Path place(Ref<Mount>(*mount), Ref<Dentry>(mount->root()));
        String name = TRY(place.to_string(root));
        if (name.view().starts_with("(unreachable)")) continue;
        TRY(show(*mount, name.view()));
    }
    return {};
}

} // namespace

ProcChanges watch_mounts(const ProcSubject& subject) {
    Ref<FsContext> context = process_fs_context(*subject.process);
    if (!context) return {};
    MountNamespace& shown = context->name_space();
    return {&shown.changes, Ref<RefCounted>(shown), ProcChanges::kReadable};
}

Result<void> show_mounts(TextBuffer& text, const ProcSubject& subject) {
    return for_each_visible_mount(subject, [&](Mount& mount, std::string_view place) -> Result<void> {
        append_field(text, shown_source(mount));
        text.append(" ");
        append_field(text, place);
        text.append(" ");
        text.append(type_name(mount));
        text.append(" ");
        append_mount_options(text, mount);
        TRY(append_file_system_options(text, mount));
        text.append(" 0 0\n");
        return {};
    });
}

Result<void> show_mountinfo(TextBuffer& text, const ProcSubject& subject) {
    return for_each_visible_mount(subject, [&](Mount& mount, std::string_view place) -> Result<void> {
        Path point = mount.mount_point();
        u64 device = mount.super_block().device;
        Dentry* shown_root = &mount.root();
        text.print("%u %u %u:%u ", mount.id(), point ? point.mount().id() : mount.id(), device_major(device),
                   device_minor(device));
        if (shown_root->is_root()) {
            text.append("/");
        } else { // a bind mount shows a part: its name within the file system
            String inside = TRY(Path(Ref<Mount>(mount), Ref<Dentry>(*shown_root)).to_string_in_file_system());
            append_field(text, inside);
        }
        text.append(" ");
        append_field(text, place);
        text.append(" ");
        append_mount_options(text, mount);
        if (mount.peer_group()) text.print(" shared:%u", mount.peer_group());
        if (mount.master_group()) text.print(" master:%u", mount.master_group());
        if (mount.is_unbindable()) text.append(" unbindable");
        text.append(" - ");
        text.append(type_name(mount));
        text.append(" ");
        append_field(text, shown_source(mount));
        text.append(mount.super_block().is_read_only.load() ? " ro" : " rw");
        TRY(append_file_system_options(text, mount));
        text.append("\n");
        return {};
    });
}

Result<void> show_mountstats(TextBuffer& text, const ProcSubject& subject) {
    return for_each_visible_mount(subject, [&](Mount& mount, std::string_view place) -> Result<void> {
        text.append("device ");
        append_field(text, shown_source(mount));
        text.append(" mounted on ");
        append_field(text, place);
        text.append(" with fstype ");
        text.append(type_name(mount));
        text.append("\n");
        return {};
    });
}

} // namespace martlet
