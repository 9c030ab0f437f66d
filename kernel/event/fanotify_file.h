// FanotifyFile: marks on files, mounts and file systems, and the queue of what happened, told with
// descriptors (fanotify(7)).
//
// A group hears of everything that happens to a path (PathListener, vfs/notify.h) and asks its marks: on the
// inode, on the directory that it is in, on the mount and on the file system. A queued event keeps the path;
// read(2) opens it, by a descriptor whose own use is not reported. Equal events by one process become one.
// Permission events, and file handles instead of descriptors, are not there (EINVAL). Locking: marks and
// queue are under notify_lock; what they give up is released without it.
#pragma once
#include "event/notify_queue_file.h"
#include "proc/user_account.h"
#include "vfs/notify.h"

namespace martlet {

class FanotifyFile final : public NotifyQueueFile, private PathListener {
public:
    static constexpr FileKind kKind = FileKind::Fanotify;
    // fanotify_init(2).
    static constexpr u32 kCloseOnExec = 1, kNonBlock = 2, kUnlimitedQueue = 0x10, kUnlimitedMarks = 0x20,
                         kReportThread = 0x100;
    // Beside the events in a mask.
    static constexpr u32 kOnChild = 0x0800'0000, kOnDirectory = 0x4000'0000;
    static constexpr u32 kEvents = kNotifyAccess | kNotifyModify | kNotifyCloseWrite | kNotifyCloseNoWrite |
                                   kNotifyOpen | kNotifyOpenExecute;
    static Result<Ref<File>> create(u32 flags, u32 event_flags); // EMFILE
    FanotifyFile(Path path, u32 group_flags, u32 event_flags, Ref<UserAccount> account);
    ~FanotifyFile() override;

    enum class MarkKind : u8 { Inode, Mount, FileSystem };
    /// What the caller of fanotify_mark(2) asks for; `ignores`: the mask is of what is not wanted.
    struct MarkRequest {
        MarkKind kind;
        u32 mask;
        bool ignores, survives_modify;
    };
    Result<void> add_mark(const Path& path, const MarkRequest& request);    // ENOSPC, ENOMEM
    Result<void> remove_mark(const Path& path, const MarkRequest& request); // ENOENT
    void flush_marks(MarkKind kind);

    Result<usize> read(IoCursor& to, u64 offset) override;
    void show_information(InformationSink& sink) override;

private:
    usize queued_bytes() override;
    struct Interest {
        u32 mask = 0, ignored_mask = 0;
        bool survives_modify = false;
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
    struct Event {
        Path path; // empty: the queue was full
        u32 mask;
        int process_id;
        ListNode node;
    };

    void tell_path(const Path& path, const Inode* directory, u32 event) override;
    static u64 key_of(MarkKind kind, const Path& path);
    ScopeMark* find_scope(MarkKind kind, u64 key) REQUIRES(notify_lock);
    InodeMark* find_inode_mark(const Inode& inode) REQUIRES(notify_lock);
    void forget(InodeMark& mark) REQUIRES(notify_lock);
    Result<void> check_count() REQUIRES(notify_lock);
    Result<usize> report(IoCursor& to, const Event& event);

    static constexpr u32 kQueueLimit = 16'384, kGroupLimit = 128, kMarkLimit = 8'192; // of fanotify(7)
    const u32 group_flags_, event_flags_;
    Ref<UserAccount> account_;
    List<ScopeMark, &ScopeMark::node> scopes_ GUARDED_BY(notify_lock);
    List<InodeMark, &InodeMark::node> inode_marks_ GUARDED_BY(notify_lock);
    u32 mark_count_ GUARDED_BY(notify_lock) = 0;
    List<Event, &Event::node> events_ GUARDED_BY(notify_lock);
    u32 event_count_ GUARDED_BY(notify_lock) = 0;

public:
    ListNode all_node; // of all groups, under notify_lock
};

} // namespace martlet
