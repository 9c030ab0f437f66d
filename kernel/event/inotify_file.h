// InotifyFile: watches on files and the queue of what happened to them (inotify(7)).
//
// A watch is a NotifyMark with a number. Watches change under notify_lock; the queue has its own lock, so
// that readers do not hold up the file system. The queue is limited: when it is full one overflow event says
// so.
#pragma once
#include "base/rb_tree.h"
#include "event/notify_queue_file.h"
#include "proc/user_account.h"
#include "vfs/notify.h"

namespace martlet {

class InotifyWatch;

class InotifyFile final : public NotifyQueueFile {
public:
    static constexpr FileKind kKind = FileKind::Inotify;
    static Result<Ref<File>> create(u32 flags); // EMFILE
    InotifyFile(u32 flags, Path path, Ref<UserAccount> account);
    ~InotifyFile() override;

    // Flags of inotify_add_watch(2) beside the events.
    static constexpr u32 kOnlyDirectory = 1u << 24, kDontFollow = 1u << 25, kExcludeUnlinked = 1u << 26,
                         kMaskCreate = 1u << 28, kMaskAdd = 1u << 29, kOneShot = 1u << 31;
    static constexpr u32 kKnown = kNotifyAllEvents | kNotifyUnmount | kNotifyOverflow | kNotifyIgnored |
                                  kOnlyDirectory | kDontFollow | kExcludeUnlinked | kMaskCreate | kMaskAdd |
                                  kNotifyDirectory | kOneShot;
    Result<int> add_watch(Inode& inode, u32 mask);
    Result<void> remove_watch(int number); // EINVAL

    Result<usize> read(IoCursor& to, u64 offset) override;
    void show_information(InformationSink& sink) override;

private:
    usize queued_bytes() override;
    friend class InotifyWatch;
    /// What happened, on its way to the reader; the name lies behind it in the same block.
    struct Event {
        static Event* create(std::string_view name); // null: no memory
        char* text() { return reinterpret_cast<char*>(this + 1); }
        std::string_view name() { return {text(), name_size}; }
        usize padded_name_size() const;
        usize size() const; // as read
        ListNode node;
        int watch = 0;
        u32 mask = 0, cookie = 0, name_size = 0;
    };
    struct ByNumber {
        bool operator()(const InotifyWatch& left, const InotifyWatch& right) const;
        bool operator()(const InotifyWatch& left, int right) const;
        bool operator()(int left, const InotifyWatch& right) const;
    };

    void enqueue(int number, const NotifyEvent& event);
    void forget(InotifyWatch& watch) REQUIRES(notify_lock);
    /// What one user has altogether.
    struct Usage {
        u32 instances, watches;
    };
    static Usage usage_of(const UserAccount& account) REQUIRES(notify_lock);

    static constexpr u32 kQueueLimit = 16'384, kInstanceLimit = 128, kWatchLimit = 65'536; // /proc/sys/fs/inotify
    Ref<UserAccount> account_;
    SpinLock lock_{LockRank::EventObject};
    List<Event, &Event::node> events_ GUARDED_BY(lock_);
    u32 event_count_ GUARDED_BY(lock_) = 0;
    usize queued_bytes_ GUARDED_BY(lock_) = 0;
    struct Watches;
    Own<Watches> watches_;
    int last_number_ GUARDED_BY(notify_lock) = 0;
    u32 watch_count_ GUARDED_BY(notify_lock) = 0;

public:
    ListNode all_node; // of all of them, under notify_lock
};

} // namespace martlet
