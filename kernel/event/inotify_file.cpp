#include "event/inotify_file.h"

#include <string.h>

#include "vfs/caller.h"
#include "vfs/file_system.h"
#include "vfs/limits.h"

namespace martlet {
namespace {

AnonymousKind g_kind("anon_inode:inotify");
List<InotifyFile, &InotifyFile::all_node> g_files GUARDED_BY(notify_lock);

/// struct inotify_event; the name follows, padded with zeros to a multiple of its size.
struct EventHeader {
    i32 watch;
    u32 mask, cookie, name_size;
};
static_assert(sizeof(EventHeader) == 16);

} // namespace

/// One file that somebody watches. Its fields are under notify_lock.
class InotifyWatch final : public NotifyMark {
public:
    InotifyWatch(InotifyFile& file, Inode& inode, u32 mask) : NotifyMark(inode, file), file(file), mask(mask) {}
    bool tell(const NotifyEvent& event) NO_THREAD_SAFETY_ANALYSIS override {
        u32 what = event.mask & ~kNotifyDirectory;
        if (!(what & (mask | kNotifyUnmount))) return false;
        if (event.is_unlinked && (mask & InotifyFile::kExcludeUnlinked)) return false;
        file.enqueue(number, event);
        return (mask & InotifyFile::kOneShot) != 0;
    }
    void ended() NO_THREAD_SAFETY_ANALYSIS override {
        file.enqueue(number, {kNotifyIgnored});
        file.forget(*this);
    }

    InotifyFile& file;
    u32 mask;
    int number = 0;
    RbNode node;
};

InotifyFile::Event* InotifyFile::Event::create(std::string_view name) {
    void* block = ::operator new(sizeof(Event) + name.size(), std::nothrow);
    if (!block) return nullptr;
    auto* event = new (block) Event;
    event->name_size = static_cast<u32>(name.size());
    memcpy(event->text(), name.data(), name.size());
    return event;
}

usize InotifyFile::Event::padded_name_size() const {
    return name_size == 0 ? 0 : align_up(name_size + 1, sizeof(EventHeader));
}

usize InotifyFile::Event::size() const { return sizeof(EventHeader) + padded_name_size(); }

bool InotifyFile::ByNumber::operator()(const InotifyWatch& left, const InotifyWatch& right) const {
    return left.number < right.number;
}
bool InotifyFile::ByNumber::operator()(const InotifyWatch& left, int right) const { return left.number < right; }
bool InotifyFile::ByNumber::operator()(int left, const InotifyWatch& right) const { return left < right.number; }

struct InotifyFile::Watches {
    RbTree<InotifyWatch, &InotifyWatch::node, ByNumber> by_number; // under notify_lock
};

InotifyFile::Usage InotifyFile::usage_of(const UserAccount& account) {
    Usage usage = {};
    for (InotifyFile& file : g_files) {
        if (file.account_.get() != &account) continue;
        ++usage.instances;
        usage.watches += file.watch_count_;
    }
    return usage;
}

Result<Ref<File>> InotifyFile::create(u32 flags) {
    const Ref<UserAccount>& account = current_credentials().account;
    Own<Watches> watches = TRY(make_own<Watches>());
    auto file = TRY(make_ref<InotifyFile>(kOpenReadOnly | (flags & kOpenNonBlock), TRY(g_kind.path()), account));
    file->watches_ = std::move(watches);
    LockGuard guard(notify_lock);
    if (usage_of(*account).instances >= kInstanceLimit) return Error(Errno::EMFILE);
    g_files.push_back(*file);
    return Ref<File>(std::move(file));
}

InotifyFile::InotifyFile(u32 flags, Path path, Ref<UserAccount> account)
    : NotifyQueueFile(flags, std::move(path), kKind), account_(std::move(account)) {}

InotifyFile::~InotifyFile() {
    NotifyMarkList ended;
    {
        LockGuard guard(notify_lock);
        all_node.unlink();
        while (InotifyWatch* watch = watches_ ? watches_->by_number.first() : nullptr) {
            remove_notify_mark(*watch);
            forget(*watch);
            ended.push_back(*watch);
        }
    }
    while (NotifyMark* mark = ended.pop_front()) delete mark;
    LockGuard guard(lock_);
    while (Event* event = events_.pop_front()) ::operator delete(event);
}

void InotifyFile::forget(InotifyWatch& watch) {
    watches_->by_number.erase(watch);
    --watch_count_;
}

/// An event equal to the last one that waits is not queued again.
void InotifyFile::enqueue(int number, const NotifyEvent& event) {
    {
        LockGuard guard(lock_);
        if (Event* last = events_.back(); last && last->watch == number && last->mask == event.mask &&
                                          last->cookie == event.cookie && last->name() == event.name &&
                                          !(event.mask & kNotifyIgnored))
            return;
        bool is_full = event_count_ >= kQueueLimit;
        if (is_full && events_.back()->mask == kNotifyOverflow) return;
        Event* made = Event::create(is_full ? std::string_view() : event.name);
        if (!made) {
            if (!events_.is_empty() && events_.back()->mask == kNotifyOverflow) return;
            is_full = true;
            made = Event::create({});
            if (!made) return; // nothing is left to say so with
        }
        made->watch = is_full ? -1 : number;
        made->mask = is_full ? kNotifyOverflow : event.mask;
        made->cookie = is_full ? 0 : event.cookie;
        events_.push_back(*made);
        ++event_count_;
        queued_bytes_ += made->size();
        set_has_events(true);
    }
    announce();
}

Result<int> InotifyFile::add_watch(Inode& inode, u32 mask) {
    u32 kept = (mask & (kNotifyAllEvents | kExcludeUnlinked | kOneShot)) | kNotifyIgnored;
    Own<InotifyWatch> made = TRY(make_own<InotifyWatch>(*this, inode, kept));
    LockGuard guard(notify_lock);
    if (NotifyMark* found = find_notify_mark(inode, *this)) {
        auto& watch = static_cast<InotifyWatch&>(*found);
        if (mask & kMaskCreate) return Error(Errno::EEXIST);
        watch.mask = mask & kMaskAdd ? watch.mask | kept : kept;
        return watch.number;
    }
    if (usage_of(*account_).watches >= kWatchLimit) return Error(Errno::ENOSPC);
    ++watch_count_;
    made->number = ++last_number_;
    InotifyWatch& watch = *made.release();
    watches_->by_number.insert(watch);
    add_notify_mark(watch);
    return watch.number;
}

Result<void> InotifyFile::remove_watch(int number) {
    InotifyWatch* watch;
    {
        LockGuard guard(notify_lock);
        watch = watches_->by_number.find(number);
        if (!watch) return Error(Errno::EINVAL);
        remove_notify_mark(*watch);
        watch->ended();
    }
    delete watch;
    return {};
}

/// Whole events as many as fit; EINVAL when not even the first does.
Result<usize> InotifyFile::read(IoCursor& to, u64) {
    usize done = 0;
    for (;;) {
        Event* event;
        {
            LockGuard guard(lock_);
            event = events_.front();
            if (event && event->size() > to.remaining()) {
                if (done == 0) return Error(Errno::EINVAL);
                return done;
            }
            if (event) {
                event->node.unlink();
                --event_count_;
                queued_bytes_ -= event->size();
                set_has_events(!events_.is_empty());
            }
        }
        if (!event) {
            if (done > 0) return done;
            TRY(wait_for_event());
            continue;
        }
        usize padded = event->padded_name_size();
        EventHeader header = {event->watch, event->mask, event->cookie, static_cast<u32>(padded)};
        bool stored = to.put(&header, sizeof header).value_or(0) == sizeof header &&
                      (padded == 0 ||
                       (to.put(event->text(), event->name_size).value_or(0) == event->name_size &&
                        to.put_zeros(padded - event->name_size).value_or(0) == padded - event->name_size));
        done += event->size();
        ::operator delete(event);
        if (!stored) return Error(Errno::EFAULT);
    }
}

usize InotifyFile::queued_bytes() {
    LockGuard guard(lock_);
    return queued_bytes_;
}

void InotifyFile::show_information(InformationSink& sink) {
    struct Line {
        int number;
        u32 mask;
        u64 inode, device;
    };
    for (int after = 0;;) {
        Line line;
        {
            LockGuard guard(notify_lock);
            InotifyWatch* watch = watches_->by_number.lower_bound(after + 1);
            if (!watch) return;
            line = {watch->number, watch->mask & (kNotifyAllEvents | kExcludeUnlinked | kOneShot),
                    watch->inode().number(), watch->inode().super_block().device};
        }
        sink.print("inotify wd:%d ino:%llx sdev:%llx mask:%x ignored_mask:0\n", line.number,
                   static_cast<unsigned long long>(line.inode), static_cast<unsigned long long>(line.device),
                   line.mask);
        after = line.number;
    }
}

} // namespace martlet
