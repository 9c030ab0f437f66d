#include "event/fanotify_event.h"

#include <string.h>

#include "proc/pidfd.h"
#include "proc/process_info.h"
#include "proc/resource_limits.h"
#include "proc/task.h"
#include "vfs/caller.h"
#include "vfs/dentry.h"
#include "vfs/fd_table.h"
#include "vfs/file_system.h"
#include "vfs/limits.h"
#include "vfs/open.h"

namespace martlet {
namespace {

/// struct fanotify_event_metadata.
struct EventMetadata {
    u32 event_size;
    u8 version = 3, reserved = 0;
    u16 metadata_size = sizeof(EventMetadata);
    u64 mask;
    i32 fd = -1; // FAN_NOFD
    i32 process_id;
};
static_assert(sizeof(EventMetadata) == 24);

struct RecordHeader { // struct fanotify_event_info_header
    u8 type, padding;
    u16 size;
};
struct PidfdRecord {
    RecordHeader header;
    i32 fd;
};
struct HandleRecord { // a name and its NUL follow where the type has one
    RecordHeader header;
    i32 file_system[2]; // f_fsid of statfs(2)
    FileHandle handle;
};
static_assert(sizeof(HandleRecord) == 32);
constexpr u8 kFid = 1, kDirectoryFidName = 2, kDirectoryFid = 3, kPidfd = 4, kOldDirectoryFidName = 10,
             kNewDirectoryFidName = 12;
constexpr i32 kNoPidfd = -1, kPidfdFailed = -2;

usize record_size(std::string_view name) {
    return align_up(sizeof(HandleRecord) + (name.empty() ? 0 : name.size() + 1), 4);
}

} // namespace

/// What is written, in one piece.
class FanotifyEvent::Writer {
public:
    void add(const void* bytes, usize size) {
        memcpy(bytes_ + size_, bytes, size);
        size_ += size;
    }
    void add_record(const Subject& subject, u32 type, std::string_view name) {
        usize size = record_size(name);
        HandleRecord record = {{static_cast<u8>(type), 0, static_cast<u16>(size)},
                               {static_cast<i32>(subject.device), 0},
                               subject.handle};
        usize end = size_ + size;
        add(&record, sizeof record);
        add(name.data(), name.size());
        memset(bytes_ + size_, 0, end - size_);
        size_ = end;
    }
    std::span<const u8> bytes() const { return {bytes_, size_}; }

private:
    usize size_ = 0;
    u8 bytes_[sizeof(EventMetadata) + sizeof(PidfdRecord) + 3 * (sizeof(HandleRecord) + kNameMax + 1)];
};

void FanotifyEvent::Subject::set(Inode& inode) {
    auto made = make_file_handle(inode, HandleUse::Identify);
    handle = *made;
    device = inode.super_block().device;
    is_there = true;
}

bool FanotifyEvent::Subject::operator==(const Subject& other) const {
    return is_there == other.is_there && device == other.device && handle.number_low == other.handle.number_low &&
           handle.number_high == other.handle.number_high;
}

Own<FanotifyEvent> FanotifyEvent::create_with_names(std::string_view name, std::string_view new_name) {
    void* block = ::operator new(sizeof(FanotifyEvent) + name.size() + new_name.size(), std::nothrow);
    if (!block) return nullptr;
    auto* event = new (block) FanotifyEvent();
    event->name_size_ = static_cast<u32>(name.size());
    event->new_name_size_ = static_cast<u32>(new_name.size());
    memcpy(event->names_, name.data(), name.size());
    memcpy(event->names_ + name.size(), new_name.data(), new_name.size());
    return Own<FanotifyEvent>(event);
}

Own<FanotifyEvent> FanotifyEvent::create_overflow() {
    Own<FanotifyEvent> made = create_with_names({}, {});
    if (made) made->mask = kNotifyOverflow;
    return made;
}

Own<FanotifyEvent> FanotifyEvent::create(const FileEvent& event, u32 mask, u32 group_flags, Interested interested) {
    bool is_about_name = (event.mask & kNotifyNameEvents) != 0, is_directory = (event.mask & kNotifyDirectory) != 0;
    bool is_rename = (event.mask & kNotifyRename) != 0;
    Inode* object = is_about_name && !(group_flags & kReportTargetFid) ? event.directory : event.inode;
    Inode* directory = !is_about_name && is_directory ? event.inode : event.directory;
    Inode* new_directory = is_rename && interested.new_directory ? event.new_directory : nullptr;
    bool tells_directory = (group_flags & kReportDirectoryFid) && directory;
    if (tells_directory) {
        bool tells_child = is_about_name ? (group_flags & kReportTargetFid) != 0
                                         : (group_flags & kReportFid) && !is_directory;
        if (!tells_child || object == directory) object = nullptr;
    }
    // A directory's own event is about that directory alone, with "." for a name.
    bool tells_name = tells_directory && (group_flags & kReportName) && (is_about_name || !is_directory);
    if (tells_directory && !object && !tells_name) {
        object = directory;
        tells_directory = false;
    }
    if (is_rename && !interested.old_directory) directory = nullptr;
    Own<FanotifyEvent> made = create_with_names(tells_name && directory ? event.name : std::string_view(),
                                                tells_name && new_directory ? event.new_name : std::string_view());
    if (!made) return made;
    made->mask = mask;
    made->process_id_ = group_flags & kReportThread ? current_task().thread_id() : current_process_id();
    if (group_flags & kReportPidfd) made->process_ = Ref<Process>(current_process());
    if (!(group_flags & kReportsHandles)) {
        made->path_ = *event.path;
        return made;
    }
    if (tells_directory && directory) made->directory_.set(*directory);
    if (tells_directory && new_directory) made->new_directory_.set(*new_directory);
    if (object) made->object_.set(*object);
    return made;
}

bool FanotifyEvent::can_merge(const FanotifyEvent& other) const {
    constexpr u32 kAlone = kNotifyOverflow | kNotifyPermissionEvents;
    if ((mask & kAlone) || (other.mask & kAlone) || process_id_ != other.process_id_) return false;
    if (path_ || other.path_) return path_ && other.path_ && path_ == other.path_;
    constexpr u32 kSameKind = kNotifyDirectory | kNotifyRename;
    return (mask & kSameKind) == (other.mask & kSameKind) && directory_ == other.directory_ &&
           new_directory_ == other.new_directory_ && object_ == other.object_ && name() == other.name() &&
           new_name() == other.new_name();
}

usize FanotifyEvent::size(u32 group_flags) const {
    usize size = sizeof(EventMetadata);
    if (directory_.is_there) size += record_size(name());
    if (new_directory_.is_there) size += record_size(new_name());
    if (object_.is_there) size += record_size(object_record_type(group_flags) == kDirectoryFidName ? "." : "");
    if (group_flags & kReportPidfd) size += sizeof(PidfdRecord);
    return size;
}

/// The record of what it happened to: a file beside its directory, or all that there is to tell.
u32 FanotifyEvent::object_record_type(u32 group_flags) const {
    if ((group_flags & kReportsHandles) == kReportFid || directory_.is_there || new_directory_.is_there) return kFid;
    if ((group_flags & kReportName) && (mask & kNotifyDirectory)) return kDirectoryFidName;
    return (mask & (kNotifyNameEvents | kNotifyDirectory)) ? kDirectoryFid : kFid;
}

void FanotifyEvent::write_records(Writer& writer, u32 group_flags) const {
    u8 first = mask & kNotifyRename ? kOldDirectoryFidName : name().empty() ? kDirectoryFid : kDirectoryFidName;
    if (directory_.is_there) writer.add_record(directory_, first, name());
    if (new_directory_.is_there) writer.add_record(new_directory_, kNewDirectoryFidName, new_name());
    if (!object_.is_there) return;
    u32 type = object_record_type(group_flags);
    writer.add_record(object_, type, type == kDirectoryFidName ? "." : "");
}

/// FAN_NOPIDFD where the process has been waited for.
Result<int> FanotifyEvent::open_process() const {
    if (!process_ || find_process(process_->id()).get() != process_.get()) return kNoPidfd;
    Ref<File> file = TRY(create_pidfd(process_, 0));
    return current_task().files().install(std::move(file), CloseOnExec::Yes, current_limit(Resource::OpenFiles));
}

Result<void> FanotifyEvent::report(IoCursor& to, u32 group_flags, u32 event_flags) {
    EventMetadata metadata = {.event_size = static_cast<u32>(size(group_flags)), .mask = mask,
                              .process_id = process_id_};
    if ((group_flags & kUnprivilegedGroup) && process_id_ != current_process_id()) metadata.process_id = 0;
    FdTable& files = current_task().files();
    i32 pidfd = group_flags & kReportPidfd ? open_process().value_or(kPidfdFailed) : kNoPidfd;
    auto close_all = [&] {
        if (metadata.fd >= 0) (void)files.close(metadata.fd);
        if (pidfd >= 0) (void)files.close(pidfd);
    };
    if (path_) {
        auto file = open_path(path_, (event_flags & ~kOpenCloseOnExec) | kOpenUnreported);
        CloseOnExec on_exec = event_flags & kOpenCloseOnExec ? CloseOnExec::Yes : CloseOnExec::No;
        auto fd = file ? files.install(*std::move(file), on_exec, current_limit(Resource::OpenFiles))
                       : Result<int>(Error(file.error()));
        if (!fd) {
            close_all();
            return Error(fd.error());
        }
        metadata.fd = told_fd = *fd;
    }
    Writer writer;
    writer.add(&metadata, sizeof metadata);
    write_records(writer, group_flags);
    PidfdRecord record = {{kPidfd, 0, sizeof record}, pidfd};
    if (group_flags & kReportPidfd) writer.add(&record, sizeof record);
    std::span<const u8> bytes = writer.bytes();
    if (to.put(bytes.data(), bytes.size()).value_or(0) == bytes.size()) return {};
    close_all();
    return Error(Errno::EFAULT);
}

} // namespace martlet
