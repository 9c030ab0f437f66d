// FanotifyFile: marks on files, mounts and file systems, and the queue of what happened (fanotify(7)).
//
// A group hears of everything that happens to files and names (EventListener, vfs/notify.h) and asks its marks: on the
// inode, on the directory that it is in, on the mount and on the file system. What it tells of an event is
// FanotifyEvent's (fanotify_event.h); equal events by one process become one. A group made without CAP_SYS_ADMIN may
// only mark inodes, and hears no other process's id. Permission events (groups of the content classes) wait in the
// queue, then, told of, for the answer; when the group ends, all are allowed. Locking: marks and queues are under
// notify_lock; what they give up is released without it.
#pragma once
#include "event/fanotify_event.h"
#include "event/notify_queue_file.h"
#include "proc/user_account.h"
#include "vfs/notify.h"

namespace martlet {

class FanotifyFile final : public NotifyQueueFile, private EventListener {
public:
    static constexpr FileKind kKind = FileKind::Fanotify;
    // fanotify_init(2).
    static constexpr u32 kCloseOnExec = 1, kNonBlock = 2, kUnlimitedQueue = 0x10, kUnlimitedMarks = 0x20,
                         kClassContent = 4, kClassPreContent = 8, kClasses = 0xc, kAudit = 0x40;
    // Beside the events in a mask.
    static constexpr u32 kOnChild = 0x0800'0000, kOnDirectory = 0x4000'0000;
    /// Those that happen by a path, for which a descriptor can stand; those for which only handles can.
    static constexpr u32 kPathEvents = kNotifyAccess | kNotifyModify | kNotifyCloseWrite | kNotifyCloseNoWrite |
                                       kNotifyOpen | kNotifyOpenExecute;
    static constexpr u32 kFileSystemError = 0x8000; // no file system here has any to tell
    static constexpr u32 kHandleEvents = kNotifyNameEvents | kNotifyAttribute | kNotifyDeleteSelf | kNotifyMoveSelf;
    static constexpr u32 kEvents = kPathEvents | kHandleEvents | kFileSystemError | kNotifyPermissionEvents;
    // Of fanotify_mark(2): what a mark shows of itself in fdinfo.
    static constexpr u32 kSurvivesModify = 0x40, kEvictable = 0x200, kIgnore = 0x400;
    static Result<Ref<File>> create(u32 flags, u32 event_flags); // EMFILE
    FanotifyFile(Path path, u32 group_flags, u32 event_flags, Ref<UserAccount> account);
    ~FanotifyFile() override;

    enum class MarkKind : u8 { Inode, Mount, FileSystem };
    /// What the caller of fanotify_mark(2) asks for; `ignores`: the mask is of what is not wanted, in the old manner
    /// without kIgnore. `flags` has kSurvivesModify, kEvictable and kIgnore.
    struct MarkRequest {
        MarkKind kind;
        u32 mask;
        bool ignores;
        u32 flags;
    };
    Result<void> add_mark(const Path& path, const MarkRequest& request);    // EEXIST, ENOSPC, ENOMEM
    Result<void> remove_mark(const Path& path, const MarkRequest& request); // ENOENT
    void flush_marks(MarkKind kind);

    u32 group_flags() const { return group_flags_; }
    Result<usize> read(IoCursor& to, u64 offset) override;
    /// The answer to a permission event, struct fanotify_response. EINVAL, ENOENT.
    Result<usize> write(IoCursor& from, u64 offset) override;
    void show_information(InformationSink& sink) override;

private:
    usize queued_bytes() override;
    struct Interest {
        u32 mask = 0, ignored_mask = 0, flags = 0;
        Result<void> check_update(const MarkRequest& request) const;
        void add(const MarkRequest& request);
    };
    class InodeMark final : public NotifyMark {
    public:
        InodeMark(FanotifyFile& group, Inode& inode) : NotifyMark(inode, group), group(group) {}
        bool tell(const NotifyEvent&) override { return false; } // the group asks by path
        void ended() NO_THREAD_SAFETY_ANALYSIS override { group.forget(*this); }
        FanotifyFile& group;
        Interest interest;
        ListNode node;
    };
    struct ScopeMark {
        MarkKind kind;
        u64 key; // the mount's id, the file system's device: never given twice
        Interest interest;
        ListNode node;
    };
    void tell_event(const FileEvent& event) override;
    Result<Ref<PermissionQuestion>> ask(const FileEvent& event) override;
    class Verdict;
    Verdict judge(const FileEvent& event) REQUIRES(notify_lock);
    bool enqueue(Own<FanotifyEvent> event) REQUIRES(notify_lock);
    ListensFor listens_for() const { return group_flags_ & kReportsHandles ? ListensFor::Handles : ListensFor::Paths; }
    static u64 key_of(MarkKind kind, const Path& path);
    ScopeMark* find_scope(MarkKind kind, u64 key) REQUIRES(notify_lock);
    InodeMark* find_inode_mark(const Inode& inode) REQUIRES(notify_lock);
    void forget(InodeMark& mark) REQUIRES(notify_lock);
    Result<void> check_count() REQUIRES(notify_lock);

    static constexpr u32 kQueueLimit = 16'384, kGroupLimit = 128, kMarkLimit = 8'192; // of fanotify(7)
    const u32 group_flags_, event_flags_;
    Ref<UserAccount> account_;
    List<ScopeMark, &ScopeMark::node> scopes_ GUARDED_BY(notify_lock);
    List<InodeMark, &InodeMark::node> inode_marks_ GUARDED_BY(notify_lock);
    u32 mark_count_ GUARDED_BY(notify_lock) = 0;
    List<FanotifyEvent, &FanotifyEvent::node> events_ GUARDED_BY(notify_lock);
    List<FanotifyEvent, &FanotifyEvent::node> unanswered_ GUARDED_BY(notify_lock); // told of
    u32 event_count_ GUARDED_BY(notify_lock) = 0;
    usize queued_bytes_ GUARDED_BY(notify_lock) = 0;

public:
    ListNode all_node; // of all groups, under notify_lock
};

} // namespace martlet
