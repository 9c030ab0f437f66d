// Who wants to hear what happens to which file: the hooks behind inotify(7) and fanotify(7).
//
// A mark is one listener's interest in one inode; an EventListener hears of everything that happens to files
// and names and chooses itself. The VFS reports each event where it happens: on the inode itself, and on the directory
// in which it is known under the name that was used. While nobody has a mark, a report is one load.
//
// notify_lock guards the table of marks and is held while marks are told; what a mark gives up is freed after
// it. A mark keeps its inode; it ends with the inode's last name (IN_DELETE_SELF), at unmounting, or by its
// listener.
#pragma once
#include <atomic>
#include <string_view>

#include "sync/wait_queue.h"
#include "vfs/inode.h"

namespace martlet {

// Events, with the values of inotify(7).
inline constexpr u32 kNotifyAccess = 1, kNotifyModify = 2, kNotifyAttribute = 4, kNotifyCloseWrite = 8,
                     kNotifyCloseNoWrite = 16, kNotifyOpen = 32, kNotifyMovedFrom = 64, kNotifyMovedTo = 128,
                     kNotifyCreate = 256, kNotifyDelete = 512, kNotifyDeleteSelf = 1024, kNotifyMoveSelf = 2048,
                     kNotifyOpenExecute = 0x1000, // fanotify's only
                     kNotifyUnmount = 0x2000, kNotifyOverflow = 0x4000, kNotifyIgnored = 0x8000,
                     kNotifyOpenPermission = 0x1'0000, kNotifyAccessPermission = 0x2'0000,
                     kNotifyOpenExecutePermission = 0x4'0000, // fanotify's: asked before
                     kNotifyRename = 0x1000'0000, // fanotify's: of both names at once
                     kNotifyDirectory = 0x4000'0000;
inline constexpr u32 kNotifyAllEvents = 0xfff;
/// Those that happen to a name in a directory.
inline constexpr u32 kNotifyNameEvents =
    kNotifyCreate | kNotifyDelete | kNotifyMovedFrom | kNotifyMovedTo | kNotifyRename;

extern SpinLock notify_lock;
extern std::atomic<u32> notify_mark_count;

struct NotifyEvent {
    u32 mask;
    u32 cookie = 0;
    std::string_view name = {};
    bool is_unlinked = false; // the name no longer leads to the file
};

class NotifyMark : NonCopyable {
public:
    NotifyMark(Inode& inode, const File& listener) : inode_(inode), listener_(listener) {}
    virtual ~NotifyMark() = default;
    /// Answers whether the mark has had enough and ends.
    virtual bool tell(const NotifyEvent& event) REQUIRES(notify_lock) = 0;
    /// The mark ends because of the file; unlinked already, freed by the caller.
    virtual void ended() REQUIRES(notify_lock) = 0;
    Inode& inode() const { return *inode_; }
    const File& listener() const { return listener_; }

    ListNode table_node;

private:
    Ref<Inode> inode_;
    const File& listener_;
};

using NotifyMarkList = List<NotifyMark, &NotifyMark::table_node>;

void add_notify_mark(NotifyMark& mark) REQUIRES(notify_lock);
/// Takes it off the table, for freeing without the lock.
void remove_notify_mark(NotifyMark& mark) REQUIRES(notify_lock);
/// The listener's mark on the inode, or null.
NotifyMark* find_notify_mark(const Inode& inode, const File& listener) REQUIRES(notify_lock);

/// Events that are asked about before they happen.
inline constexpr u32 kNotifyPermissionEvents =
    kNotifyOpenPermission | kNotifyAccessPermission | kNotifyOpenExecutePermission;

/// What happened. Everything in it lives as long as the report.
struct FileEvent {
    u32 mask;                   // one event, and kNotifyDirectory where it happened to a directory
    const Path* path = nullptr; // by which it happened; null: by none (a name, the end of a file)
    Inode* inode = nullptr;     // what it happened to
    Inode* directory = nullptr; // that has it as `name`; null where that is not known
    std::string_view name = {};
    Inode* new_directory = nullptr; // of kNotifyRename: where it is now
    std::string_view new_name = {};
};

/// One question to one listener, who answers it once; who asks may be killed meanwhile. Its state is an atomic.
class PermissionQuestion final : public RefCounted {
public:
    enum class Answer : u8 { None, Allowed, Denied, Abandoned };
    /// Only the first one counts.
    void answer(Answer answer);
    bool is_abandoned() const { return answer_.load(std::memory_order_acquire) == Answer::Abandoned; }
    /// EPERM; kRestartSys when killed, after which nobody listens to the answer.
    Result<void> wait();

private:
    std::atomic<Answer> answer_ = Answer::None;
    WaitQueue waiters_;
};

class EventListener : NonCopyable {
public:
    /// A permission event: what is to be waited for, or null. ENOMEM.
    virtual Result<Ref<PermissionQuestion>> ask(const FileEvent& event) REQUIRES(notify_lock) {
        return Ref<PermissionQuestion>();
    }
    virtual void tell_event(const FileEvent& event) REQUIRES(notify_lock) = 0;
    ListNode listener_node;

protected:
    ~EventListener() = default;
};

/// Whether a listener tells of files by handles: they must be found again by them (vfs/file_handle.h).
enum class ListensFor : u8 { Paths, Handles };
/// While there is a listener, notify_is_used().
void add_event_listener(EventListener& listener, ListensFor what) REQUIRES(notify_lock);
void remove_event_listener(EventListener& listener, ListensFor what) REQUIRES(notify_lock);

/// Listeners that may ask.
extern std::atomic<u32> permission_listener_count;
Result<void> ask_listeners(const Path& path, u32 event);
/// Before it happens: EPERM where a listener denies it, kRestartSys. One load while nobody asks.
inline Result<void> ask_permission(const Path& path, u32 event) {
    if (permission_listener_count.load(std::memory_order_relaxed) != 0) [[unlikely]] return ask_listeners(path, event);
    return {};
}
inline Result<void> ask_permission(const File& file, u32 event) {
    if (permission_listener_count.load(std::memory_order_relaxed) == 0) [[likely]] return {};
    return file.path() && !file.is_unreported() ? ask_listeners(file.path(), event) : Result<void>();
}

// Reports. The inline part is all that runs while nothing is watched.
inline bool notify_is_used() { return notify_mark_count.load(std::memory_order_relaxed) != 0; }
void report_on_path(const Path& path, u32 event);
void report_on_inode(Inode& inode, u32 event);
void report_name(Inode& directory, std::string_view name, u32 event, u32 cookie, Inode* inode);
void report_rename(const FileEvent& event);
void report_end(Inode& inode);
void report_unmount(const SuperBlock& super_block);
u32 next_notify_cookie();

/// On the file itself and in its directory.
inline void notify_path(const Path& path, u32 event) {
    if (notify_is_used()) [[unlikely]] report_on_path(path, event);
}
/// By the use of an open file, unless that is a listener's own.
inline void notify_file(const File& file, u32 event) {
    if (notify_is_used() && file.path() && !file.is_unreported()) [[unlikely]] report_on_path(file.path(), event);
}
/// On the inode only.
inline void notify_inode(Inode& inode, u32 event) {
    if (notify_is_used()) [[unlikely]] report_on_inode(inode, event);
}
/// A name in a directory, and what it leads or led to; `event` carries kNotifyDirectory where it applies.
inline void notify_name(Inode& directory, std::string_view name, u32 event, u32 cookie, Inode* inode) {
    if (notify_is_used()) [[unlikely]] report_name(directory, name, event, cookie, inode);
}
/// What notify_name() will be told of once it has lost its name.
inline Ref<Inode> keep_for_notify(Inode& inode) { return notify_is_used() ? Ref<Inode>(inode) : nullptr; }
/// The last name and the last user of the inode are gone.
inline void notify_end(Inode& inode) {
    if (notify_is_used()) [[unlikely]] report_end(inode);
}

} // namespace martlet
