// The order in which locks are taken: only upwards. Debug kernels check each acquisition against the locks that the
// CPU (spinlocks) or the thread (mutexes) already holds. Give each lock the lowest rank that its callers allow; two
// locks of the same rank may be held together only when taken by lock_pair (address order).
//
// Mutexes come first because no mutex may be taken under a spinlock.
#pragma once
#include "base/types.h"

namespace martlet {

enum class LockRank : u8 {
    // Mutexes
    FileOffset = 1, // held across the whole read, write or getdents that uses the position
    FileWatch,      // who watches which file (vfs/file.h); taken when a watched file goes
    EventPoll,      // an epoll's items; nests in the order of who watches whom
    SocketSetup,    // bind, listen, connect of one socket
    Mount,
    WriteBack,      // of one cache's dirty pages; held while they are stored
    StackedRename,  // of a file system over another (overlayfs): its locks come before those of the one below
    StackedDirectory,
    StackedInode,
    Rename,
    Directory,      // an inode's directory lock; parent before child
    Inode,          // attributes, and a file's content while it is written
    Pipe,
    SocketRead,     // who takes messages off one socket's queue
    Terminal,
    PiFutex,        // locks with priority inheritance; their words are read and written under it
    ObjectMappings, // walks over the address spaces that map one object
    AddressSpace,
    PageCache,
    SleepLeaf,      // mutexes under which no other mutex is taken
    // Spinlocks
    ProcessTree = 32, // process table, sessions, groups, parent-child links
    PosixTimer,     // state of a timer_create(2) timer
    CpuClock,       // timers on the CPU time of a process
    SignalPending,
    SignalHandlers,
    FdTable,
    DentryCache,
    InodeTable,
    Futex,          // a bucket of waiters
    PipeBuffer,
    TerminalBuffer,
    UnixRights,     // descriptors in flight (net/unix/unix_garbage.h)
    Socket,         // a socket's queue and state; two in order of address
    Device,
    Console,
    ClockStep,      // the queue of those who want to know that the realtime clock was set
    EventObject,    // a timerfd, an inotify queue
    WaitQueue,
    EventQueue,     // an epoll's queues; nests in the order of who watches whom (sync/lock_check.cpp)
    RunQueue,
    Timer,          // armed under a run queue's lock; callbacks run without it
    Heap,
    HeapBackend,
    FrameAllocator,
    Log,
    Leaf,           // spinlocks under which nothing is taken
};

} // namespace martlet
