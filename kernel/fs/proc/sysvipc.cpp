// /proc/sysvipc: msg, sem and shm, one line for each object that the reader may read (proc(5), sysvipc(7)).
#include "fs/proc/system_entries.h"
#include "ipc/message_queue.h"
#include "ipc/semaphore_set.h"
#include "ipc/shared_memory.h"

namespace martlet {
namespace {

using ulong = unsigned long long;

/// key, id and permissions, as every table begins.
void print_identity(TextBuffer& text, const IpcObject& object) {
    text.print("%10d %10d  %4o", object.key(), object.id(), object.mode());
}

void print_owners(TextBuffer& text, const abi::IpcPermission& owners) {
    text.print(" %5u %5u %5u %5u", owners.user_id, owners.group_id, owners.creator_user_id, owners.creator_group_id);
}

} // namespace

Result<void> show_sysv_messages(TextBuffer& text, const ProcSubject&) {
    text.append("       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      "
                "stime      rtime      ctime\n");
    for (usize index = 0; Ref<MessageQueue> queue = message_table.next(index); ++index) {
        if (!queue->check_access(0444)) continue;
        abi::MessageQueueStatus status = queue->status();
        print_identity(text, *queue);
        text.print("  %10llu %10llu %5d %5d", static_cast<ulong>(status.bytes),
                   static_cast<ulong>(status.count), status.last_sender, status.last_receiver);
        print_owners(text, status.permission);
        text.print(" %10llu %10llu %10llu\n", static_cast<ulong>(status.send_time),
                   static_cast<ulong>(status.receive_time), static_cast<ulong>(status.change_time));
    }
    return {};
}

Result<void> show_sysv_semaphores(TextBuffer& text, const ProcSubject&) {
    text.append("       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n");
    for (usize index = 0; Ref<SemaphoreSet> set = semaphore_table.next(index); ++index) {
        if (!set->check_access(0444)) continue;
        abi::SemaphoreSetStatus status = set->status();
        print_identity(text, *set);
        text.print(" %10llu", static_cast<ulong>(status.count));
        print_owners(text, status.permission);
        text.print(" %10llu %10llu\n", static_cast<ulong>(status.operation_time),
                   static_cast<ulong>(status.change_time));
    }
    return {};
}

Result<void> show_sysv_shared_memory(TextBuffer& text, const ProcSubject&) {
    text.append("       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  "
                "cgid      atime      dtime      ctime"
                "                   rss                  swap\n");
    for (usize index = 0; Ref<SharedMemory> segment = shared_memory_table.next(index); ++index) {
        if (!segment->check_access(0444)) continue;
        abi::SharedMemoryStatus status = segment->status();
        print_identity(text, *segment);
        text.print(" %21llu %5d %5d  %5llu", static_cast<ulong>(status.size), status.creator_process,
                   status.last_process, static_cast<ulong>(status.attach_count));
        print_owners(text, status.permission);
        text.print(" %10llu %10llu %10llu %21llu %21llu\n", static_cast<ulong>(status.attach_time),
                   static_cast<ulong>(status.detach_time), static_cast<ulong>(status.change_time),
                   static_cast<ulong>(segment->page_count() * kPageSize), 0ull);
    }
    return {};
}

} // namespace martlet
