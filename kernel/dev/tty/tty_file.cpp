// Open terminals.
#include "dev/tty/tty_file.h"

#include "base/log.h"
#include "proc/task.h"
#include "vfs/inode.h"

namespace martlet {
namespace {

/// The node's time of the last input or output, from which programs tell who is idle. As on Linux it moves in
/// steps of eight seconds: nobody learns when keys were pressed.
void note_use(Inode* inode, TimeSpec InodeAttributes::* time) {
    constexpr i64 kStepSeconds = 8;
    if (!inode) return;
    i64 now = current_time().seconds;
    MutexGuard guard(inode->attribute_lock);
    TimeSpec& noted = inode->attributes.*time;
    if (now / kStepSeconds != noted.seconds / kStepSeconds) noted = {now, 0};
}

} // namespace

TtyFile::TtyFile(Ref<Tty> tty, u32 generation, u32 flags, Path path)
    : File(flags, std::move(path)), tty_(std::move(tty)), generation_(generation) {}

TtyFile::~TtyFile() { tty_->close(); }

Result<usize> TtyFile::read(IoCursor& to, u64) {
    usize count = TRY(tty_->read(to, generation(), is_nonblocking()));
    if (count > 0) note_use(inode(), &InodeAttributes::access_time);
    return count;
}

Result<usize> TtyFile::write(IoCursor& from, u64) {
    usize count = TRY(tty_->write(from, generation(), is_nonblocking()));
    if (count > 0) note_use(inode(), &InodeAttributes::modify_time);
    return count;
}

Result<i64> TtyFile::ioctl(u32 command, u64 argument) {
    return tty_->ioctl(command, argument, generation(), can_read());
}

u32 TtyFile::poll(PollTable* table) { return tty_->poll(table, generation()); }

Result<Ref<File>> open_tty(Tty& tty, u32 flags, const Path& path, ControllingTtyPolicy policy) {
    Task* task = current_task_or_null();
    bool privileged = !task || task->credentials().has(Capability::SysAdmin);
    u32 generation = TRY(tty.open(privileged));
    Result<Ref<TtyFile>> file = make_ref<TtyFile>(Ref<Tty>(tty), generation, flags, path);
    if (!file) {
        tty.close();
        return Error(file.error());
    }
    if (task && policy == ControllingTtyPolicy::OnOpen && !(flags & kOpenNoControllingTty) && (*file)->can_read())
        adopt_controlling_terminal_on_open(tty);
    return Ref<File>(std::move(*file));
}

void register_tty_device(Ref<Tty> tty) {
    constexpr u32 kTtyPermissions = 0620;
    std::string_view name = tty->name();
    Result<Ref<TtyDevice>> device = make_ref<TtyDevice>(std::move(tty), kTtyPermissions);
    Result<void> registered = device ? register_character_device(*device) : Error(device.error());
    if (!registered)
        log_error("%.*s: cannot register the device: error %d", static_cast<int>(name.size()), name.data(),
                  static_cast<int>(registered.error()));
}

} // namespace martlet
