// Epoll: a set of files that somebody wants to hear of (epoll(7)).
//
// An item is one file and descriptor in one epoll. It watches the file's wait queues with callbacks; a
// callback puts the item on the ready list and wakes one sleeper, so the cost of an event does not depend on
// how many items there are.
//
// States of an item: idle -> queued (a callback, or a level-triggered item that was just delivered) -> idle
// (taken from the ready list by whoever delivers) … A queued item is not necessarily ready: the file is asked
// when events are delivered. A one-shot item that was delivered wants nothing until it is modified.
//
// Ownership: items belong to the epoll; they hold no reference to their file, which tells them when it goes
// (FileWatcher). Locks: file_watch_mutex guards which epoll watches which file, hence the tree of nested
// epolls; mutex_ the items and the ready list, and is held while files are asked. Callbacks take no lock:
// they push onto arrived_, from where whoever holds mutex_ moves items to the ready list. An epoll polled by
// another takes its mutex_ inside the other's: the tree gives the order.
#pragma once
#include "base/rb_tree.h"
#include "mm/user_access.h"
#include "proc/user_account.h"
#include "vfs/anonymous.h"

namespace martlet {

/// struct epoll_event.
struct [[gnu::packed]] EpollEvent {
    u32 events;
    u64 data;
};
static_assert(sizeof(EpollEvent) == 12);

inline constexpr u32 kEpollExclusive = 1u << 28, kEpollWakeUp = 1u << 29, kEpollOneShot = 1u << 30,
                     kEpollEdge = 1u << 31;

class Epoll;

class EpollItem final : public FileWatcher {
public:
    EpollItem(Epoll& epoll, File& file, int fd, const EpollEvent& event)
        : epoll(epoll), file(file), fd(fd), events(event.events), data(event.data) {}
    ~EpollItem() { stop_watching(); }
    void file_is_going() override;
    File* watching_file() const override;

    /// The poll events wanted now; none for a one-shot item that fired.
    u32 wanted() const {
        u32 all = events.load(std::memory_order_relaxed);
        return all & ~(kEpollExclusive | kEpollWakeUp | kEpollOneShot | kEpollEdge);
    }
    bool has(u32 flag) const { return (events.load(std::memory_order_relaxed) & flag) != 0; }

    Epoll& epoll;
    File& file;
    const int fd;
    std::atomic<u32> events; // written under the epoll's mutex_
    u64 data;                // under the epoll's mutex_
    Ref<UserAccount> account; // what it counts against
    RbNode node;
    ListNode ready_node;     // under the epoll's mutex_
    EpollItem* next_arrived = nullptr; // on the epoll's arrived_
    std::atomic<bool> is_queued = false; // on one of the two

    /// Watches one queue. Most files have one; further entries are allocated.
    struct Entry {
        Entry(EpollItem& item, WaiterKind kind) : waiter(notify, &item, kind) {}
        Waiter waiter;
        Ref<RefCounted> queue_owner;
        Entry* next = nullptr;
    };
    /// ENOMEM: some queue is not watched.
    Result<void> watch_queues(u32& ready);
    /// After this no callback runs.
    void stop_watching();

private:
    class Table;
    static bool notify(Waiter& waiter, u32 events);
    Entry* entries_ = nullptr;
};

class Epoll final : public AnonymousFile {
public:
    static constexpr FileKind kKind = FileKind::Epoll;
    static Result<Ref<File>> create();
    explicit Epoll(Path path) : AnonymousFile(kOpenReadWrite, std::move(path), kKind) {}
    ~Epoll() override;

    // epoll_ctl(2). The target is open and not this epoll itself.
    Result<void> add(File& target, int fd, const EpollEvent& event);
    Result<void> modify(File& target, int fd, const EpollEvent& event);
    Result<void> remove(File& target, int fd);

    /// Up to `capacity` events; 0 when the deadline passed; EINTR, EFAULT.
    Result<u32> wait(UserPtr<EpollEvent> events, u32 capacity, Deadline deadline);

    u32 poll(PollTable* table) override;
    bool is_pollable() const override { return true; }
    void show_information(InformationSink& sink) override;

private:
    friend class EpollItem;
    struct ItemOrder {
        struct Key {
            const File* file;
            int fd;
        };
        static bool less(const File* file, int fd, const File* other, int other_fd) {
            return file != other ? file < other : fd < other_fd;
        }
        bool operator()(const EpollItem& left, const EpollItem& right) const {
            return less(&left.file, left.fd, &right.file, right.fd);
        }
        bool operator()(const EpollItem& left, const Key& right) const {
            return less(&left.file, left.fd, right.file, right.fd);
        }
        bool operator()(const Key& left, const EpollItem& right) const {
            return less(left.file, left.fd, &right.file, right.fd);
        }
    };
    using ReadyList = List<EpollItem, &EpollItem::ready_node>;

    EpollItem* find(const File& file, int fd) REQUIRES(mutex_);
    Result<void> insert(File& target, int fd, const EpollEvent& event) REQUIRES(file_watch_mutex) EXCLUDES(mutex_);
    void discard(EpollItem& item) REQUIRES(file_watch_mutex, mutex_);
    /// ELOOP if watching `target` would close a circle or nest too deep.
    Result<void> check_nesting(Epoll& target) REQUIRES(file_watch_mutex);
    u32 levels_below(u64 visit, const Epoll& forbidden, bool& is_circular) REQUIRES(file_watch_mutex);
    u32 levels_above(u64 visit) REQUIRES(file_watch_mutex);

    /// From any context: the item may be ready.
    void enqueue(EpollItem& item);
    void tell_waiters();
    /// Moves what arrived to the end of the ready list.
    void collect_arrived() REQUIRES(mutex_);
    /// The next item of `list`, off it, to ask its file: what happens from here on queues it again. Null at the end.
    static EpollItem* take(ReadyList& list) {
        EpollItem* item = list.pop_front();
        if (item) item->is_queued.store(false, std::memory_order_seq_cst);
        return item;
    }
    /// Whether the caller is to put the item, which it took, onto the ready list; a callback may have queued
    /// it meanwhile.
    static bool must_queue(EpollItem& item) { return !item.is_queued.exchange(true, std::memory_order_acq_rel); }
    void note_ready() REQUIRES(mutex_);
    Result<u32> deliver(UserPtr<EpollEvent> events, u32 capacity);
    bool has_ready() const {
        return has_ready_.load(std::memory_order_acquire) || arrived_.load(std::memory_order_acquire) != nullptr;
    }

    Mutex mutex_{LockRank::EventPoll};
    RbTree<EpollItem, &EpollItem::node, ItemOrder> items_ GUARDED_BY(mutex_);
    ReadyList ready_ GUARDED_BY(mutex_);
    std::atomic<bool> has_ready_ = false;            // ready_ is not empty; written under mutex_
    std::atomic<EpollItem*> arrived_ = nullptr;      // queued by callbacks since, the last one first
    std::atomic<bool> has_told_pollers_ = false; // since they last looked
    WaitQueue sleepers_{LockRank::EventQueue};
    WaitQueue pollers_{LockRank::EventQueue};
    // The walk over the tree of nested epolls, under file_watch_mutex.
    u32 nested_items_ = 0; // items of this one that watch an epoll
    u64 visit_ = 0;        // the walk that found known_depth_
    u32 known_depth_ = 0;
};

/// /proc/sys/fs/epoll/max_user_watches: items of one user.
u64 epoll_watch_limit();

} // namespace martlet
