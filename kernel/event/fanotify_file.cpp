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

/// Events to look back at for one to merge with.
constexpr u32 kMergeDepth = 128;

} // namespace

/// What a set of marks says about one event.
class FanotifyFile::Verdict {
public:
    enum class As : u8 { Own, Parent, NewDirectory };
    explicit Verdict(u32 event) : event_(event) {}
    void hear(Interest& interest, As as) {
        if ((event_ & kNotifyModify) && !(interest.flags & kSurvivesModify)) interest.ignored_mask = 0;
        ignored_ |= ignored_by(interest, as);
        if (!applies(interest.mask, as)) return;
        wanted_ |= interest.mask;
        (as == As::NewDirectory ? interested.new_directory : interested.old_directory) = true;
    }
    void hear_file_system(Interest& interest) {
        hear(interest, As::Own);
        if (applies(interest.mask, As::Own)) interested.new_directory = true;
    }
    u32 mask() const { return event_ & wanted_ & ~ignored_ & kEvents; }
    FanotifyEvent::Interested interested = {false, false};

private:
    bool applies(u32 mask, As as) const {
        if ((event_ & kNotifyDirectory) && !(mask & kOnDirectory)) return false;
        return as != As::Parent || (mask & kOnChild);
    }
    u32 ignored_by(const Interest& interest, As as) const {
        u32 mask = interest.ignored_mask;
        if (!(interest.flags & kIgnore)) mask |= kOnDirectory | (interest.mask & kOnChild);
        bool needs_no_flag = !(event_ & kNotifyDirectory) && as != As::Parent;
        return needs_no_flag || applies(mask, as) ? mask : 0;
    }
    u32 event_, wanted_ = 0, ignored_ = 0;
};

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
    add_event_listener(*file, file->listens_for());
    if (flags & kClasses) permission_listener_count.fetch_add(1, std::memory_order_relaxed);
    return Ref<File>(std::move(file));
}

FanotifyFile::~FanotifyFile() {
    {
        LockGuard guard(notify_lock);
        bool is_listening = all_node.is_linked(); // it may have been one too many
        all_node.unlink();
        remove_event_listener(*this, listens_for());
        bool may_ask = is_listening && (group_flags_ & kClasses);
        if (may_ask) permission_listener_count.fetch_sub(1, std::memory_order_relaxed);
    }
    for (MarkKind kind : {MarkKind::Inode, MarkKind::Mount}) flush_marks(kind);
    flush_marks(MarkKind::FileSystem);
    List<FanotifyEvent, &FanotifyEvent::node> left;
    {
        LockGuard guard(notify_lock);
        left.splice_back(events_);
        left.splice_back(unanswered_);
    }
    while (FanotifyEvent* event = left.pop_front()) {
        if (event->question) event->question->answer(PermissionQuestion::Answer::Allowed);
        delete event;
    }
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

/// EEXIST: a mark that stays does not become evictable, the new manner of ignoring not the old one, and what survives a
/// write does not lose that by the new manner.
Result<void> FanotifyFile::Interest::check_update(const MarkRequest& request) const {
    if ((request.flags & kEvictable) && !(flags & kEvictable)) return Error(Errno::EEXIST);
    if (!request.ignores) return {};
    if (!(request.flags & kIgnore)) return flags & kIgnore ? Error(Errno::EEXIST) : Result<void>();
    if (!(request.flags & kSurvivesModify) && (flags & kSurvivesModify)) return Error(Errno::EEXIST);
    return {};
}

void FanotifyFile::Interest::add(const MarkRequest& request) {
    (request.ignores ? ignored_mask : mask) |= request.mask;
    if (request.ignores) flags |= request.flags & (kSurvivesModify | kIgnore);
    if (!(request.flags & kEvictable)) flags &= ~kEvictable;
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
        TRY(interest->check_update(request));
    } else if (ScopeMark* scope = is_inode ? nullptr : find_scope(request.kind, key)) {
        interest = &scope->interest;
        TRY(interest->check_update(request));
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
    if (!interest->mask && !interest->ignored_mask) interest->flags = request.flags & kEvictable;
    interest->add(request);
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
    if ((interest.mask & kEvents) || (interest.ignored_mask & kEvents)) return {};
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

FanotifyFile::Verdict FanotifyFile::judge(const FileEvent& event) {
    using As = Verdict::As;
    Verdict verdict(event.mask);
    bool is_about_name = (event.mask & kNotifyNameEvents) != 0;
    auto hear = [&](const Inode* inode, As as) NO_THREAD_SAFETY_ANALYSIS {
        InodeMark* mark = inode && !inode_marks_.is_empty() ? find_inode_mark(*inode) : nullptr;
        if (mark) verdict.hear(mark->interest, as);
    };
    if (!is_about_name) hear(event.inode, As::Own);
    hear(event.directory, is_about_name ? As::Own : As::Parent);
    if (event.new_directory) hear(event.new_directory, As::NewDirectory);
    const Inode& inode = is_about_name ? *event.directory : *event.inode;
    for (ScopeMark& scope : scopes_) {
        if (scope.kind == MarkKind::FileSystem && scope.key == inode.super_block().device)
            verdict.hear_file_system(scope.interest);
        if (scope.kind == MarkKind::Mount && event.path && scope.key == event.path->mount().id())
            verdict.hear(scope.interest, As::Own);
    }
    return verdict;
}

/// Without handles only what can be opened is told of, with those of directories only what has one.
void FanotifyFile::tell_event(const FileEvent& event) NO_THREAD_SAFETY_ANALYSIS {
    bool is_directory = (event.mask & kNotifyDirectory) != 0;
    if (listens_for() == ListensFor::Paths) {
        if (!event.path || !(event.inode->is_regular() || is_directory)) return;
    } else if (!(group_flags_ & kReportFid) && !event.directory && !is_directory) {
        return;
    }
    Verdict verdict = judge(event);
    u32 mask = verdict.mask();
    if (mask == 0) return;
    if (listens_for() == ListensFor::Handles) mask |= event.mask & kNotifyDirectory;
    (void)enqueue(FanotifyEvent::create(event, mask, group_flags_, verdict.interested));
}

/// No handles, no kinds of file that nobody opens to read.
Result<Ref<PermissionQuestion>> FanotifyFile::ask(const FileEvent& event) NO_THREAD_SAFETY_ANALYSIS {
    bool is_directory = (event.mask & kNotifyDirectory) != 0;
    if (!(group_flags_ & kClasses) || !(event.inode->is_regular() || is_directory)) return Ref<PermissionQuestion>();
    u32 mask = judge(event).mask();
    if (mask == 0) return Ref<PermissionQuestion>();
    Own<FanotifyEvent> made = FanotifyEvent::create(event, mask, group_flags_, {});
    if (!made) return Error(Errno::ENOMEM);
    Ref<PermissionQuestion> question = TRY(make_ref<PermissionQuestion>());
    made->question = question;
    return enqueue(std::move(made)) ? question : Ref<PermissionQuestion>();
}

/// Answers whether it is in the queue, by itself or merged with another.
bool FanotifyFile::enqueue(Own<FanotifyEvent> event) {
    if (!event) return false; // nothing is left to say so with
    bool is_full = event_count_ >= kQueueLimit && !(group_flags_ & kUnlimitedQueue);
    u32 looked_at = 0;
    for (FanotifyEvent* queued = events_.back(); queued && looked_at < kMergeDepth;
         queued = events_.previous(*queued), ++looked_at) {
        if (!queued->can_merge(*event)) continue;
        queued->mask |= event->mask;
        return true;
    }
    if (is_full) {
        if (events_.back()->mask == kNotifyOverflow) return false;
        event = FanotifyEvent::create_overflow();
        if (!event) return false;
    }
    queued_bytes_ += event->size(group_flags_);
    events_.push_back(*event.release());
    ++event_count_;
    set_has_events(true);
    announce();
    return !is_full;
}

/// Whole events, as many as fit. EINVAL when not even one does; an event that cannot be opened is lost, and
/// told of by its error where it is the first.
Result<usize> FanotifyFile::read(IoCursor& to, u64) {
    usize done = 0;
    for (;;) {
        Own<FanotifyEvent> event;
        usize size = 0;
        {
            LockGuard guard(notify_lock);
            if (FanotifyEvent* first = events_.front()) {
                size = first->size(group_flags_);
                if (size > to.remaining()) return done > 0 ? Result<usize>(done) : Error(Errno::EINVAL);
                first->node.unlink();
                --event_count_;
                queued_bytes_ -= size;
                event = Own<FanotifyEvent>(first);
            }
            set_has_events(!events_.is_empty());
        }
        if (!event) {
            if (done > 0) return done;
            TRY(wait_for_event());
            continue;
        }
        if (event->question && event->question->is_abandoned()) continue;
        auto reported = event->report(to, group_flags_, event_flags_);
        if (!reported) {
            if (event->question) event->question->answer(PermissionQuestion::Answer::Denied);
            return done > 0 ? Result<usize>(done) : Error(reported.error());
        }
        done += size;
        if (!event->question) continue;
        LockGuard guard(notify_lock);
        unanswered_.push_back(*event.release());
    }
}

Result<usize> FanotifyFile::write(IoCursor& from, u64) {
    struct Response { // struct fanotify_response
        i32 fd;
        u32 response;
    } given;
    constexpr u32 kAllow = 1, kDeny = 2, kAuditResponse = 0x10;
    if (from.remaining() < sizeof given) return Error(Errno::EINVAL);
    if (TRY(from.take(&given, sizeof given)) != sizeof given) return Error(Errno::EFAULT);
    u32 decision = given.response & ~kAuditResponse;
    if ((decision != kAllow && decision != kDeny) || given.fd < 0) return Error(Errno::EINVAL);
    if ((given.response & kAuditResponse) && !(group_flags_ & kAudit)) return Error(Errno::EINVAL);
    Own<FanotifyEvent> answered;
    {
        LockGuard guard(notify_lock);
        for (FanotifyEvent& event : unanswered_) {
            if (event.told_fd != given.fd) continue;
            event.node.unlink();
            answered = Own<FanotifyEvent>(&event);
            break;
        }
    }
    if (!answered) return Error(Errno::ENOENT);
    using Answer = PermissionQuestion::Answer;
    answered->question->answer(decision == kAllow ? Answer::Allowed : Answer::Denied);
    return sizeof given;
}

usize FanotifyFile::queued_bytes() {
    LockGuard guard(notify_lock);
    return queued_bytes_;
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
    sink.print("fanotify flags:%x event-flags:%x\n", group_flags_ & ~kUnprivilegedGroup, event_flags_);
    for (u32 index = 0; index < count; ++index) {
        const Line& line = lines[index];
        if (line.kind == MarkKind::Inode)
            sink.print("fanotify ino:%llx sdev:%llx mflags:%x mask:%x ignored_mask:%x\n",
                       static_cast<ullong>(line.first), static_cast<ullong>(line.device),
                       line.interest.flags, line.interest.mask,
                       line.interest.ignored_mask);
        else
            sink.print("fanotify %s:%llx mflags:%x mask:%x ignored_mask:%x\n",
                       line.kind == MarkKind::Mount ? "mnt_id" : "sdev", static_cast<ullong>(line.first),
                       line.interest.flags, line.interest.mask,
                       line.interest.ignored_mask);
    }
}

} // namespace martlet
