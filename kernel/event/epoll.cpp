// Items and the callback path. See epoll.h.
#include "event/epoll.h"

#include "vfs/file_system.h"

namespace martlet {
namespace {

AnonymousKind g_kind("anon_inode:[eventpoll]");

} // namespace

/// Registers an item on each queue that its file names.
class EpollItem::Table final : public PollTable {
public:
    explicit Table(EpollItem& item) : item_(item) {}
    void watch(WaitQueue& queue, RefCounted* owner) override {
        WaiterKind kind = item_.has(kEpollExclusive) ? WaiterKind::Exclusive : WaiterKind::Shared;
        Entry* entry = new (std::nothrow) Entry(item_, kind);
        if (!entry) {
            is_incomplete = true;
            return;
        }
        if (owner) entry->queue_owner = Ref<RefCounted>(*owner);
        entry->next = std::exchange(item_.entries_, entry);
        queue.add(entry->waiter);
    }
    bool is_incomplete = false;

private:
    EpollItem& item_;
};

Result<void> EpollItem::watch_queues(u32& ready) {
    Table table(*this);
    ready = file.poll(&table) & wanted();
    if (table.is_incomplete) return Error(Errno::ENOMEM);
    return {};
}

void EpollItem::stop_watching() {
    while (Entry* entry = entries_) {
        entries_ = entry->next;
        delete entry;
    }
}

bool EpollItem::notify(Waiter& waiter, u32 events) {
    auto& item = *static_cast<EpollItem*>(waiter.owner());
    u32 wanted = item.wanted();
    if (wanted == 0 || (events != 0 && !(events & wanted))) return false;
    bool has_sleepers = item.epoll.sleepers_.has_waiters();
    item.epoll.enqueue(item);
    // An exclusive item keeps the event from others only if somebody waits for it here.
    constexpr u32 kDirections = kPollIn | kPollOut;
    return has_sleepers && ((events & kDirections) == 0 || (events & kDirections & wanted) != 0);
}

File* EpollItem::watching_file() const { return &epoll; }

void EpollItem::file_is_going() NO_THREAD_SAFETY_ANALYSIS {
    Epoll& owner = epoll;
    MutexGuard guard(owner.mutex_);
    owner.discard(*this);
}

Result<Ref<File>> Epoll::create() { return make_ref<Epoll>(TRY(g_kind.path())); }

Epoll::~Epoll() {
    MutexGuard watch_guard(file_watch_mutex);
    MutexGuard guard(mutex_);
    while (EpollItem* item = items_.first()) discard(*item);
}

EpollItem* Epoll::find(const File& file, int fd) { return items_.find(ItemOrder::Key{&file, fd}); }

void Epoll::discard(EpollItem& item) {
    File::remove_watcher(item);
    items_.erase(item);
    if (item.file.as<Epoll>()) --nested_items_;
    item.stop_watching(); // nothing queues it from here on
    collect_arrived();
    item.ready_node.unlink();
    note_ready();
    item.account->epoll_items.fetch_sub(1, std::memory_order_relaxed);
    delete &item;
}

void Epoll::enqueue(EpollItem& item) {
    if (!item.is_queued.load(std::memory_order_relaxed) && must_queue(item)) {
        item.next_arrived = arrived_.load(std::memory_order_relaxed);
        while (!arrived_.compare_exchange_weak(item.next_arrived, &item, std::memory_order_seq_cst)) {}
    }
    tell_waiters();
}

void Epoll::collect_arrived() {
    if (!arrived_.load(std::memory_order_relaxed)) return;
    ReadyList arrived;
    for (EpollItem* item = arrived_.exchange(nullptr, std::memory_order_acquire); item; item = item->next_arrived)
        arrived.push_front(*item);
    ready_.splice_back(arrived);
}

/// Sequentially consistent: whoever tells sleepers after this and sees none is seen by those who are about to sleep.
void Epoll::note_ready() {
    bool is_ready = !ready_.is_empty();
    if (is_ready != has_ready_.load(std::memory_order_relaxed)) has_ready_.store(is_ready, std::memory_order_seq_cst);
}

/// Pollers (poll(2), an epoll around this one) are told once until they look again, which bounds what an event costs in
/// a tree of epolls.
void Epoll::tell_waiters() {
    sleepers_.wake_one();
    if (pollers_.has_waiters() && !has_told_pollers_.exchange(true, std::memory_order_acq_rel))
        pollers_.announce(kPollIn | kPollRdNorm);
}

u32 Epoll::poll(PollTable* table) {
    if (table) table->watch(pollers_);
    has_told_pollers_.store(false, std::memory_order_seq_cst);
    if (!has_ready()) return 0;
    MutexGuard guard(mutex_);
    collect_arrived();
    u32 events = 0;
    while (EpollItem* item = events ? nullptr : take(ready_)) {
        if (!(item->file.poll(nullptr) & item->wanted())) continue;
        events = kPollIn | kPollRdNorm;
        if (must_queue(*item)) ready_.push_front(*item);
    }
    note_ready();
    return events;
}

void Epoll::show_information(InformationSink& sink) {
    MutexGuard guard(mutex_);
    for (EpollItem* item = items_.first(); item; item = items_.next(*item)) {
        Inode* node = item->file.inode();
        sink.print("tfd: %8d events: %8x data: %16llx  pos:%lli ino:%llx sdev:%llx\n", item->fd,
                   item->events.load(std::memory_order_relaxed), static_cast<unsigned long long>(item->data),
                   static_cast<long long>(item->file.position),
                   static_cast<unsigned long long>(node ? node->number() : 0),
                   static_cast<unsigned long long>(node ? node->super_block().device : 0));
    }
}

} // namespace martlet
