#include "vfs/notify.h"

#include "base/vector.h"
#include "vfs/dentry.h"
#include "vfs/file_system.h"
#include "vfs/limits.h"

namespace martlet {

SpinLock notify_lock{LockRank::InodeTable};
std::atomic<u32> notify_mark_count = 0;

namespace {

constexpr u32 kBuckets = 256;
NotifyMarkList g_buckets[kBuckets] GUARDED_BY(notify_lock);
constinit List<EventListener, &EventListener::listener_node> g_listeners GUARDED_BY(notify_lock);
std::atomic<u32> g_handle_listeners = 0;
std::atomic<u32> g_next_cookie = 1;

NotifyMarkList& notify_bucket(const Inode& inode) REQUIRES(notify_lock) {
    return g_buckets[reinterpret_cast<u64>(&inode) / 64 % kBuckets];
}

void free_marks(NotifyMarkList& marks) {
    while (NotifyMark* mark = marks.pop_front()) delete mark;
}

/// Tells every mark on the inode; those that end are moved to `ended`.
void tell_all(Inode& inode, const NotifyEvent& event, NotifyMarkList& ended) REQUIRES(notify_lock) {
    for (NotifyMark& mark : notify_bucket(inode)) {
        if (&mark.inode() != &inode || !mark.tell(event)) continue;
        remove_notify_mark(mark);
        mark.ended();
        ended.push_back(mark);
    }
}

void end_marks(NotifyMarkList& bucket, u32 event, bool (*matches)(const NotifyMark&, const void*), const void* context,
               NotifyMarkList& ended) REQUIRES(notify_lock) {
    for (NotifyMark& mark : bucket) {
        if (!matches(mark, context)) continue;
        (void)mark.tell({event});
        remove_notify_mark(mark);
        mark.ended();
        ended.push_back(mark);
    }
}

/// Before the lock: who hears of the file by a handle may ask for the file by it.
void prepare_handle(Inode* inode) {
    if (inode && g_handle_listeners.load(std::memory_order_relaxed) != 0)
        (void)inode->super_block().keep_findable(*inode);
}

void tell_listeners(const FileEvent& event) REQUIRES(notify_lock) {
    for (EventListener& listener : g_listeners) listener.tell_event(event);
}

u32 directory_flag(const Inode& inode) { return inode.is_directory() ? kNotifyDirectory : 0; }

} // namespace

NotifyMark* find_notify_mark(const Inode& inode, const File& listener) {
    for (NotifyMark& mark : notify_bucket(inode))
        if (&mark.inode() == &inode && &mark.listener() == &listener) return &mark;
    return nullptr;
}

void add_notify_mark(NotifyMark& mark) {
    notify_bucket(mark.inode()).push_back(mark);
    notify_mark_count.fetch_add(1, std::memory_order_relaxed);
}

void remove_notify_mark(NotifyMark& mark) {
    mark.table_node.unlink();
    notify_mark_count.fetch_sub(1, std::memory_order_relaxed);
}

void add_event_listener(EventListener& listener, ListensFor what) {
    if (what == ListensFor::Handles) g_handle_listeners.fetch_add(1, std::memory_order_relaxed);
    g_listeners.push_back(listener);
    notify_mark_count.fetch_add(1, std::memory_order_relaxed);
}

void remove_event_listener(EventListener& listener, ListensFor what) {
    if (!listener.listener_node.is_linked()) return;
    if (what == ListensFor::Handles) g_handle_listeners.fetch_sub(1, std::memory_order_relaxed);
    listener.listener_node.unlink();
    notify_mark_count.fetch_sub(1, std::memory_order_relaxed);
}

u32 next_notify_cookie() { return g_next_cookie.fetch_add(1, std::memory_order_relaxed); }

void report_on_inode(Inode& inode, u32 event) {
    NotifyMarkList ended;
    prepare_handle(&inode);
    {
        LockGuard guard(notify_lock);
        u32 mask = event | directory_flag(inode);
        tell_all(inode, {mask}, ended);
        tell_listeners({.mask = mask, .inode = &inode});
    }
    free_marks(ended);
}

namespace {

/// What a path's last name is in, and that name; nothing for a root and files without a name.
struct NamedPlace {
    explicit NamedPlace(const Path& path) {
        Dentry& dentry = path.dentry();
        if (dentry.is_anonymous()) return;
        parent = dentry.counted_parent();
        if (!parent || parent.get() == &dentry) return;
        LockGuard guard(name_space_lock);
        std::string_view own = dentry.name();
        size = own.size() < sizeof text ? own.size() : sizeof text;
        memcpy(text, own.data(), size);
    }
    Inode* directory() const { return size > 0 ? parent->inode() : nullptr; }
    std::string_view name() const { return {text, size}; }

    Ref<Dentry> parent;
    usize size = 0;
    char text[kNameMax + 1];
};

} // namespace

/// The directory hears first, as on Linux.
void report_on_path(const Path& path, u32 event) {
    Dentry& dentry = path.dentry();
    Inode& inode = *dentry.inode();
    NamedPlace place(path);
    Inode* directory = place.directory();
    NotifyMarkList ended;
    prepare_handle(&inode);
    prepare_handle(directory);
    {
        LockGuard guard(notify_lock);
        u32 mask = event | directory_flag(inode);
        if (directory)
            tell_all(*directory, {.mask = mask, .name = place.name(), .is_unlinked = dentry.is_deleted()}, ended);
        tell_all(inode, {mask}, ended);
        tell_listeners({mask, &path, &inode, directory, place.name()});
    }
    free_marks(ended);
}

std::atomic<u32> permission_listener_count = 0;

/// All are asked at once; one that denies is enough.
Result<void> ask_listeners(const Path& path, u32 event) {
    Inode& inode = *path.dentry().inode();
    NamedPlace place(path);
    Vector<Ref<PermissionQuestion>> questions;
    {
        LockGuard guard(notify_lock);
        FileEvent asked = {event | directory_flag(inode), &path, &inode, place.directory(), place.name()};
        for (EventListener& listener : g_listeners)
            if (Ref<PermissionQuestion> question = TRY(listener.ask(asked))) TRY(questions.push_back(question));
    }
    for (const Ref<PermissionQuestion>& question : questions) TRY(question->wait());
    return {};
}

void PermissionQuestion::answer(Answer answer) {
    Answer expected = Answer::None;
    if (answer_.compare_exchange_strong(expected, answer, std::memory_order_acq_rel)) waiters_.wake_all();
}

Result<void> PermissionQuestion::wait() {
    auto is_answered = [this] { return answer_.load(std::memory_order_acquire) != Answer::None; };
    if (auto waited = waiters_.wait(is_answered, WaitMode::Killable); !waited) {
        answer(Answer::Abandoned);
        return waited;
    }
    return answer_.load(std::memory_order_acquire) == Answer::Allowed ? Result<void>() : Error(Errno::EPERM);
}

void report_name(Inode& directory, std::string_view name, u32 event, u32 cookie, Inode* inode) {
    NotifyMarkList ended;
    prepare_handle(&directory);
    prepare_handle(inode);
    {
        LockGuard guard(notify_lock);
        tell_all(directory, {.mask = event, .cookie = cookie, .name = name}, ended);
        tell_listeners({.mask = event, .inode = inode, .directory = &directory, .name = name});
    }
    free_marks(ended);
}

void report_rename(const FileEvent& event) {
    for (Inode* inode : {event.directory, event.new_directory, event.inode}) prepare_handle(inode);
    LockGuard guard(notify_lock);
    tell_listeners(event);
}

void report_end(Inode& inode) {
    NotifyMarkList ended;
    {
        LockGuard guard(notify_lock);
        tell_listeners({.mask = kNotifyDeleteSelf | directory_flag(inode), .inode = &inode});
        end_marks(notify_bucket(inode), kNotifyDeleteSelf,
                  [](const NotifyMark& mark, const void* wanted) { return &mark.inode() == wanted; }, &inode, ended);
    }
    free_marks(ended);
}

void report_unmount(const SuperBlock& super_block) {
    NotifyMarkList ended;
    {
        LockGuard guard(notify_lock);
        for (NotifyMarkList& bucket : g_buckets)
            end_marks(bucket, kNotifyUnmount,
                      [](const NotifyMark& mark, const void* wanted) { return &mark.inode().super_block() == wanted; },
                      &super_block, ended);
    }
    free_marks(ended);
}

} // namespace martlet
