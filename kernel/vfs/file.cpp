#include "vfs/file.h"

#include "base/format.h"
#include "vfs/caller.h"
#include "vfs/dentry.h"
#include "vfs/file_locks.h"
#include "vfs/inode.h"
#include "vfs/limits.h"
#include "vfs/notify.h"

namespace martlet {
namespace {

std::atomic<u64> live_files = 0;

} // namespace

Mutex file_watch_mutex{LockRank::FileWatch};

void InformationSink::print(const char* text, ...) {
    char line[200];
    va_list arguments;
    va_start(arguments, text);
    usize size = format_arguments(line, text, arguments);
    va_end(arguments);
    append({line, size < sizeof line ? size : sizeof line - 1});
}

File::File(u32 flags, Path path, FileKind kind)
    : flags_(flags &
             ~(kOpenCreate | kOpenExclusive | kOpenNoControllingTty | kOpenTruncate | kOpenCloseOnExec)),
      kind_(kind), path_(std::move(path)) {
    live_files.fetch_add(1, std::memory_order_relaxed);
}

void File::descriptor_closed() {
    Inode* node = inode();
    FileLocks* locks = node ? node->locks.load(std::memory_order_acquire) : nullptr;
    if (locks) locks->release_owner({nullptr, current_process_id()});
}

void File::add_watcher(FileWatcher& watcher) {
    watcher.next_ = watchers_;
    watcher.link_ = &watchers_;
    if (watchers_) watchers_->link_ = &watcher.next_;
    watchers_ = &watcher;
}

void File::remove_watcher(FileWatcher& watcher) {
    *watcher.link_ = watcher.next_;
    if (watcher.next_) watcher.next_->link_ = watcher.link_;
}

void File::dismiss_watchers() {
    MutexGuard guard(file_watch_mutex);
    while (watchers_) watchers_->file_is_going();
}

/// Nobody else can add a watcher any more: that takes a reference.
void File::last_reference_dropped() {
    if (watchers_) [[unlikely]] dismiss_watchers();
    if (FileAttachment* attached = attachment.load(std::memory_order_acquire)) [[unlikely]] delete attached;
    if (!(flags() & kOpenPath) && !inner_file())
        notify_file(*this, can_write() ? kNotifyCloseWrite : kNotifyCloseNoWrite);
    Inode* node = inode();
    FileLocks* locks = node ? node->locks.load(std::memory_order_acquire) : nullptr;
    if (locks) locks->release_owner({this, 0});
    delete this;
}

File::~File() { live_files.fetch_sub(1, std::memory_order_relaxed); }

u64 live_file_count() { return live_files.load(std::memory_order_relaxed); }

Inode* File::inode() const { return path_ ? path_.dentry().inode() : nullptr; }

Result<String> File::describe() const { return String::create("anon_inode:[unknown]"); }

Result<void> File::set_status_flags(u32 flags) {
    u32 old = flags_.load(std::memory_order_relaxed);
    while (!flags_.compare_exchange_weak(old, (old & ~kOpenStatusFlags) | (flags & kOpenStatusFlags),
                                         std::memory_order_relaxed)) {}
    return {};
}

/// With position_lock held.
Result<u64> File::seek(i64 offset, int whence) {
    if (!is_seekable()) return Error(Errno::ESPIPE);
    Inode* node = inode();
    u64 size = node ? node->attributes.size : 0;
    i64 base = 0;
    switch (whence) {
    case kSeekSet: break;
    case kSeekCurrent: base = static_cast<i64>(position); break;
    case kSeekEnd: base = static_cast<i64>(size); break;
    case kSeekData:
    case kSeekHole:
        if (!node) return Error(Errno::EINVAL);
        if (offset < 0 || static_cast<u64>(offset) >= size) return Error(Errno::ENXIO);
        base = static_cast<i64>(whence == kSeekData ? node->next_data(static_cast<u64>(offset))
                                                    : node->next_hole(static_cast<u64>(offset)));
        if (whence == kSeekData && static_cast<u64>(base) >= size) return Error(Errno::ENXIO);
        offset = 0;
        break;
    default: return Error(Errno::EINVAL);
    }
    i64 result;
    if (__builtin_add_overflow(base, offset, &result) || result < 0) return Error(Errno::EINVAL);
    position = static_cast<u64>(result);
    return position;
}

} // namespace martlet
