#include "event/fanotify_file.h"

#include "proc/resource_limits.h"
#include "proc/task.h"
#include "vfs/caller.h"
#include "vfs/dentry.h"
#include "vfs/fd_table.h"
#include "vfs/file_system.h"
#include "vfs/mount.h"
#include "vfs/open.h"

namespace martlet {
namespace {

AnonymousKind g_kind("anon_inode:[fanotify]");
constinit List<FanotifyFile, &FanotifyFile::all_node> g_groups GUARDED_BY(notify_lock);

/// struct fanotify_event_metadata.
struct EventMetadata {
    u32 event_size;
    u8 version, reserved;
    u16 metadata_size;
    u64 mask;
    i32 fd, process_id;
};
static_assert(sizeof(EventMetadata) == 24);
constexpr u8 kMetadataVersion = 3;
constexpr i32 kNoDescriptor = -1; // FAN_NOFD
/// Events to look back at for one to merge with.
constexpr u32 kMergeDepth = 128;

/// What a set of marks says about one event (fanotify_group_event_mask of Linux).
class Verdict {
public:
    Verdict(bool is_directory) : is_directory_(is_directory) {}
    template <typename Interest> void hear(const Interest& interest, bool as_parent = false) {
        bool covers_children = (interest.mask & FanotifyFile::kOnChild) != 0;
        if (as_parent && !covers_children) return;
        ignored_ |= interest.ignored_mask;
        if (is_directory_ && !(interest.mask & FanotifyFile::kOnDirectory)) return;
        wanted_ |= interest.mask;
    }
    u32 of(u32 event) const { return event & wanted_ & ~ignored_; }

private:
    bool is_directory_;
    u32 wanted_ = 0, ignored_ = 0;
};

} // namespace

FanotifyFile::FanotifyFile(Path path, u32 group_flags, u32 event_flags, Ref<UserAccount> account)
    : NotifyQueueFile(kOpenReadWrite | (group_flags & kNonBlock ? kOpenNonBlock : 0), std::move(path), kKind),
      group_flags_(group_flags), event_flags_(event_flags), account_(std::move(account)) {}

Result<Ref<File>> FanotifyFile::create(u32 flags, u32 event_flags) {
    const Ref<UserAccount>& account = current_credentials().account;
    auto file = TRY(make_ref<FanotifyFile>(TRY(g_kind.path()), flags, event_flags, account));
    LockGuard guard(notify_lock);
    u32 groups = 0;
    for (FanotifyFile& group : g_groups)
        if (group.account_.get() == account.get()) ++groups;
    if (groups >= kGroupLimit) return Error(Errno::EMFILE);
    g_groups.push_back(*file);
    add_path_listener(*file);
    return Ref<File>(std::move(file));
}

FanotifyFile::~FanotifyFile() {
    {
        LockGuard guard(notify_lock);
        all_node.unlink();
        remove_path_listener(*this);
    }
    for (MarkKind kind : {MarkKind::Inode, MarkKind::Mount}) flush_marks(kind);
    flush_marks(MarkKind::FileSystem);
    List<Event, &Event::node> left;
    {
        LockGuard guard(notify_lock);
        left.splice_back(events_);
    }
    while (Event* event = left.pop_front()) delete event;
}

u64 FanotifyFile::key_of(MarkKind kind, const Path& path) {
    return kind == MarkKind::Mount ? path.mount().id() : path.mount().super_block().device;
}

FanotifyFile::ScopeMark* FanotifyFile::find_scope(MarkKind kind, u64 key) {
    for (ScopeMark& mark : scopes_)
        if (mark.kind == kind && mark.key == key) return &mark;
    return nullptr;
}

FanotifyFile::InodeMark* FanotifyFile::find_inode_mark(const Inode& inode) {
    return static_cast<InodeMark*>(find_notify_mark(inode, *this));
}

void FanotifyFile::forget(InodeMark& mark) {
    mark.node.unlink();
    --mark_count_;
}

Result<void> FanotifyFile::check_count() {
    if (group_flags_ & kUnlimitedMarks) return {};
    u32 marks = 0;
    for (FanotifyFile& group : g_groups)
        if (group.account_.get() == account_.get()) marks += group.mark_count_;
    return marks >= kMarkLimit ? Error(Errno::ENOSPC) : Result<void>();
}

Result<void> FanotifyFile::add_mark(const Path& path, const MarkRequest& request) {
    bool is_inode = request.kind == MarkKind::Inode;
    Inode& inode = *path.dentry().inode();
    Own<InodeMark> fresh_mark;
    Own<ScopeMark> fresh_scope;
    if (is_inode) fresh_mark = TRY(make_own<InodeMark>(*this, inode));
    else fresh_scope = TRY(make_own<ScopeMark>());
    LockGuard guard(notify_lock);
    Interest* interest;
    u64 key = key_of(request.kind, path);
    if (InodeMark* known = is_inode ? find_inode_mark(inode) : nullptr) {
        interest = &known->interest;
    } else if (ScopeMark* scope = is_inode ? nullptr : find_scope(request.kind, key)) {
        interest = &scope->interest;
    } else {
        TRY(check_count());
        ++mark_count_;
        if (is_inode) {
            InodeMark& added = *fresh_mark.release();
            inode_marks_.push_back(added);
            add_notify_mark(added);
            interest = &added.interest;
        } else {
            ScopeMark& added = *fresh_scope.release();
            added.kind = request.kind;
            added.key = key;
            scopes_.push_back(added);
            interest = &added.interest;
        }
    }
    (request.ignores ? interest->ignored_mask : interest->mask) |= request.mask;
    if (request.ignores && request.survives_modify) interest->survives_modify = true;
    return {};
}

Result<void> FanotifyFile::remove_mark(const Path& path, const MarkRequest& request) {
    Own<InodeMark> ended_mark;
    Own<ScopeMark> ended_scope;
    LockGuard guard(notify_lock);
    bool is_inode = request.kind == MarkKind::Inode;
    InodeMark* mark = is_inode ? find_inode_mark(*path.dentry().inode()) : nullptr;
    ScopeMark* scope = is_inode ? nullptr : find_scope(request.kind, key_of(request.kind, path));
    if (!mark && !scope) return Error(Errno::ENOENT);
    Interest& interest = mark ? mark->interest : scope->interest;
    (request.ignores ? interest.ignored_mask : interest.mask) &= ~request.mask;
    if ((interest.mask & kEvents) || interest.ignored_mask) return {};
    if (mark) {
        remove_notify_mark(*mark);
        forget(*mark);
        ended_mark = Own<InodeMark>(mark);
    } else {
        scope->node.unlink();
        --mark_count_;
        ended_scope = Own<ScopeMark>(scope);
    }
    return {};
}

void FanotifyFile::flush_marks(MarkKind kind) {
    List<InodeMark, &InodeMark::node> ended_marks;
    List<ScopeMark, &ScopeMark::node> ended_scopes;
    {
        LockGuard guard(notify_lock);
        while (InodeMark* mark = kind == MarkKind::Inode ? inode_marks_.front() : nullptr) {
            remove_notify_mark(*mark);
            forget(*mark);
            ended_marks.push_back(*mark);
        }
        for (ScopeMark& scope : scopes_) {
            if (scope.kind != kind) continue;
            scope.node.unlink();
            --mark_count_;
            ended_scopes.push_back(scope);
        }
    }
    while (InodeMark* mark = ended_marks.pop_front()) delete mark;
    while (ScopeMark* scope = ended_scopes.pop_front()) delete scope;
}

void FanotifyFile::tell_path(const Path& path, const Inode* directory, u32 event) NO_THREAD_SAFETY_ANALYSIS {
    const Inode& inode = *path.dentry().inode();
    InodeMark* own = inode_marks_.is_empty() ? nullptr : find_inode_mark(inode);
    InodeMark* parent = directory && !inode_marks_.is_empty() ? find_inode_mark(*directory) : nullptr;
    Verdict verdict(inode.is_directory());
    auto hear = [&](Interest& interest, bool as_parent) {
        if ((event & kNotifyModify) && !interest.survives_modify) interest.ignored_mask = 0;
        verdict.hear(interest, as_parent);
    };
    if (own) hear(own->interest, false);
    if (parent) hear(parent->interest, true);
    for (ScopeMark& scope : scopes_)
        if (scope.key == key_of(scope.kind, path)) hear(scope.interest, false);
    u32 mask = verdict.of(event & kEvents);
    if (mask == 0) return;
    int process_id = group_flags_ & kReportThread ? current_task().thread_id() : current_process_id();
    u32 looked_at = 0;
    for (Event* queued = events_.back(); queued && looked_at < kMergeDepth;
         queued = events_.previous(*queued), ++looked_at) {
        if (!queued->path || !(queued->path == path) || queued->process_id != process_id) continue;
        queued->mask |= mask;
        return;
    }
    bool is_full = event_count_ >= kQueueLimit && !(group_flags_ & kUnlimitedQueue);
    if (is_full && events_.back()->mask == kNotifyOverflow) return;
    auto* made = new (std::nothrow) Event();
    if (!made) return; // nothing is left to say so with
    if (!is_full) made->path = path;
    made->mask = is_full ? kNotifyOverflow : mask;
    made->process_id = is_full ? 0 : process_id;
    events_.push_back(*made);
    ++event_count_;
    set_has_events(true);
    announce();
}

Result<usize> FanotifyFile::report(IoCursor& to, const Event& event) {
    EventMetadata metadata = {sizeof(EventMetadata), kMetadataVersion, 0, sizeof(EventMetadata), event.mask,
                              kNoDescriptor,         event.process_id};
    FdTable& files = current_task().files();
    if (event.path) {
        Ref<File> file = TRY(open_path(event.path, (event_flags_ & ~kOpenCloseOnExec) | kOpenUnreported));
        CloseOnExec on_exec = event_flags_ & kOpenCloseOnExec ? CloseOnExec::Yes : CloseOnExec::No;
        metadata.fd = TRY(files.install(std::move(file), on_exec, current_limit(Resource::OpenFiles)));
    }
    auto stored = to.put(&metadata, sizeof metadata);
    if (stored.value_or(0) == sizeof metadata) return sizeof metadata;
    if (metadata.fd >= 0) (void)files.close(metadata.fd);
    return Error(Errno::EFAULT);
}

/// Whole events, as many as fit. EINVAL when not even one does; an event that cannot be opened is lost, and
/// told of by its error where it is the first.
Result<usize> FanotifyFile::read(IoCursor& to, u64) {
    if (to.remaining() < sizeof(EventMetadata)) return Error(Errno::EINVAL);
    usize done = 0;
    while (to.remaining() >= sizeof(EventMetadata)) {
        Own<Event> event;
        {
            LockGuard guard(notify_lock);
            if (Event* first = events_.pop_front()) {
                --event_count_;
                event = Own<Event>(first);
            }
            set_has_events(!events_.is_empty());
        }
        if (!event) {
            if (done > 0) return done;
            TRY(wait_for_event());
            continue;
        }
        auto reported = report(to, *event);
        if (!reported) {
            if (done > 0) return done;
            return reported;
        }
        done += *reported;
    }
    return done;
}

usize FanotifyFile::queued_bytes() {
    LockGuard guard(notify_lock);
    return event_count_ * sizeof(EventMetadata);
}

/// What fits: a group with very many marks shows the first of them.
void FanotifyFile::show_information(InformationSink& sink) {
    using ullong = unsigned long long;
    struct Line {
        MarkKind kind;
        u64 first, device;
        Interest interest;
    };
    constexpr u32 kMostLines = 16;
    Line lines[kMostLines];
    u32 count = 0;
    {
        LockGuard guard(notify_lock);
        for (InodeMark& mark : inode_marks_)
            if (count < kMostLines)
                lines[count++] = {MarkKind::Inode, mark.inode().number(), mark.inode().super_block().device,
                                  mark.interest};
        for (ScopeMark& mark : scopes_)
            if (count < kMostLines) lines[count++] = {mark.kind, mark.key, 0, mark.interest};
    }
    sink.print("fanotify flags:%x event-flags:%x\n", group_flags_, event_flags_);
    for (u32 index = 0; index < count; ++index) {
        const Line& line = lines[index];
        if (line.kind == MarkKind::Inode)
            sink.print("fanotify ino:%llx sdev:%llx mflags:%x mask:%x ignored_mask:%x\n",
                       static_cast<ullong>(line.first), static_cast<ullong>(line.device),
                       line.interest.survives_modify ? 0x40u : 0u, line.interest.mask,
                       line.interest.ignored_mask);
        else
            sink.print("fanotify %s:%llx mflags:%x mask:%x ignored_mask:%x\n",
                       line.kind == MarkKind::Mount ? "mnt_id" : "sdev", static_cast<ullong>(line.first),
                       line.interest.survives_modify ? 0x40u : 0u, line.interest.mask,
                       line.interest.ignored_mask);
    }
}

} // namespace martlet
