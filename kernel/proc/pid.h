// Process identifiers: one number names a task, a process, a process group and a session, and stays taken
// until the last of them is gone.
//
// All guarded by process_tree_lock. PidAllocator is the pure policy (lowest free after the last one given
// out).
#pragma once
#include "base/list.h"
#include "base/ref.h"
#include "base/result.h"
#include "base/types.h"

namespace martlet {

class Process;
class ProcessGroup;
class Session;
class Task;

inline constexpr int kPidMax = 32768;   // ids are 1 … kPidMax - 1 (/proc/sys/kernel/pid_max)
inline constexpr int kReservedPids = 300; // not given out again after the first round

class PidAllocator : NonCopyable {
public:
    /// 0 when all are taken.
    int allocate();
    /// A chosen number; false if it is taken.
    bool take(int id);
    void release(int id);
    /// The lowest taken id >= `minimum`, 0 at the end.
    int next_used(int minimum) const;
    int last() const { return last_; }

private:
    int find_free(int from, int limit) const;
    u64 used_[kPidMax / 64] = {1}; // 0 is never given out
    int last_ = 0;
};

/// One taken number and what it names.
class Pid : NonCopyable {
public:
    int number() const { return number_; }
    Task* task = nullptr;
    Process* process = nullptr;
    ProcessGroup* group = nullptr;
    Session* session = nullptr;
    Task* unwaited_tracee = nullptr; // a thread that ended while traced and that its tracer has not waited for
    ListNode node; // of PidTable's index

private:
    friend class PidTable;
    int number_ = 0;
};

class PidTable : NonCopyable {
public:
    /// Takes a free number, or `wanted`. EAGAIN: none left; EEXIST: it is taken; ENOMEM. Takes the lock itself.
    static Result<Pid*> allocate(int wanted = 0);
    /// Null if the number is free. Under the lock.
    static Pid* find(int number);
    /// Gives the number back if it names nothing any more. Under the lock.
    static void release_if_unused(Pid& pid);
    /// The lowest taken number >= `minimum` that names a process; null at the end. Under the lock.
    static Pid* next_process(int minimum);
    static int last();
};

} // namespace martlet
