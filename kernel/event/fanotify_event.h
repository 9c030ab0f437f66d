// FanotifyEvent: one event in a group's queue, and how read(2) tells of it (fanotify(7)): by a descriptor of the path,
// or by records of file handles, for groups with FAN_REPORT_FID and its kin. Equal events
// merge into one by `mask`; else nothing changes once an event is in a queue.
#pragma once
#include "base/list.h"
#include "proc/process.h"
#include "vfs/file_handle.h"
#include "vfs/notify.h"

namespace martlet {

// Of fanotify_init(2): what a group wants told beside the event itself.
inline constexpr u32 kReportPidfd = 0x80, kReportThread = 0x100, kReportFid = 0x200, kReportDirectoryFid = 0x400,
                     kReportName = 0x800, kReportTargetFid = 0x1000;
/// No caller's to ask for: the group was made without CAP_SYS_ADMIN.
inline constexpr u32 kUnprivilegedGroup = 0x8000'0000;
inline constexpr u32 kReportsHandles = kReportFid | kReportDirectoryFid | kReportName | kReportTargetFid;

class FanotifyEvent : NonCopyable {
public:
    /// Which of the two directories of a rename asked for it.
    struct Interested {
        bool old_directory = true, new_directory = true;
    };
    /// What a group with these flags tells of `event`, of which it wants the events `mask`. Null: no memory.
    static Own<FanotifyEvent> create(const FileEvent& event, u32 mask, u32 group_flags, Interested interested);
    /// The queue was full.
    static Own<FanotifyEvent> create_overflow();
    static void operator delete(void* block) { ::operator delete(block); }

    /// Whether one event can tell of both.
    bool can_merge(const FanotifyEvent& other) const;
    /// Of struct fanotify_event_metadata and the records behind it.
    usize size(u32 group_flags) const;
    /// Writes them, with descriptors for the reader. EFAULT; what opening the path answers.
    Result<void> report(IoCursor& to, u32 group_flags, u32 event_flags);

    u32 mask = 0;
    ListNode node;
    /// Of a permission event, which the listener answers by the descriptor that it was told of last.
    Ref<PermissionQuestion> question;
    int told_fd = -1;

private:
    /// A file that a record names.
    struct Subject {
        FileHandle handle = {};
        u64 device = 0;
        bool is_there = false;
        void set(Inode& inode);
        bool operator==(const Subject& other) const;
    };
    class Writer;
    FanotifyEvent() = default;
    static Own<FanotifyEvent> create_with_names(std::string_view name, std::string_view new_name);
    std::string_view name() const { return {names_, name_size_}; }
    std::string_view new_name() const { return {names_ + name_size_, new_name_size_}; }
    void write_records(Writer& writer, u32 group_flags) const;
    u32 object_record_type(u32 group_flags) const;
    Result<int> open_process() const;

    Path path_; // for groups that want descriptors
    int process_id_ = 0;
    Ref<Process> process_;
    Subject directory_, new_directory_, object_;
    u32 name_size_ = 0, new_name_size_ = 0;
    char names_[];
};

} // namespace martlet
