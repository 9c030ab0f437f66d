// FileOwner: whom an open file tells by a signal that something happened to it (fcntl(2): F_SETOWN, F_SETSIG,
// O_ASYNC).
//
// While O_ASYNC is set the owner watches the file's queues like an epoll item. A callback only notes what
// happened: it runs under the queue's lock, where no signal can be sent. The signals go out when the calling
// thread returns to user mode, or by the deferred-work thread, whichever comes first; the thread waits for
// one that is at it.
//
// Locks: lock_ guards whom and how; due_lock (file_owner.cpp) the list of those who have something to tell;
// the watching begins and ends under a mutex of all. Ownership: the file's (File::attachment); a process or
// group that is told is kept, so that its number never means another one.
#pragma once
#include "base/list.h"
#include "proc/process_group.h"
#include "sync/wait_queue.h"
#include "vfs/file.h"

namespace martlet {

class FileOwner final : public FileAttachment {
public:
    enum class Kind : u8 { Thread, Process, Group }; // F_OWNER_TID, F_OWNER_PID, F_OWNER_PGRP
    struct Target {
        Kind kind = Kind::Thread;
        int id = 0; // 0: nobody
    };

    /// The file's, or null if it never had one.
    static FileOwner* find(const File& file);
    /// The file's, made on first use. ENOMEM.
    static Result<FileOwner*> of(File& file);
    explicit FileOwner(File& file) : file_(file) {}
    ~FileOwner() override;

    /// From now on these are told, in the name of the caller. ESRCH.
    Result<void> set_target(Target target);
    /// Nobody if they are gone.
    Target target();
    struct UserIds {
        u32 real = 0, effective = 0;
    };
    /// Of whoever named the target.
    UserIds user_ids();
    /// 0: SIGIO without information.
    void set_signal(int signal);
    int signal();
    /// O_ASYNC; `fd` is what si_fd will say. ENOMEM.
    Result<void> watch(int fd);
    void stop_watching();
    /// SIGURG, whether or not O_ASYNC is set.
    static void tell_urgent(const File& file);

private:
    friend void send_file_signals();
    struct Entry {
        explicit Entry(FileOwner& owner) : waiter(notify, &owner) {}
        Ref<RefCounted> queue_owner;
        Waiter waiter; // gone before its queue, which may be its owner's
        Entry* next = nullptr;
    };
    class Table;
    struct Addressee {
        Kind kind = Kind::Thread;
        Ref<Task> task;
        Ref<Process> process;
        Ref<ProcessGroup> group;
        u32 real_uid = 0, effective_uid = 0;
    };

    static bool notify(Waiter& waiter, u32 events);
    void tell(u32 events);
    void send(u32 event);
    static bool may_tell(const Addressee& addressee, Process& process);
    static void send_to(const Addressee& addressee, const abi::SignalInfo* info, int fallback);

    File& file_;
    Entry* entries_ = nullptr;
    std::atomic<u32> happened_ = 0; // poll events since the last telling
    ListNode due_node_;
    SpinLock lock_{LockRank::EventObject};
    Addressee addressee_ GUARDED_BY(lock_);
    int signal_ GUARDED_BY(lock_) = 0;
    int fd_ GUARDED_BY(lock_) = -1;

public:
    using DueList = List<FileOwner, &FileOwner::due_node_>;
};

} // namespace martlet
