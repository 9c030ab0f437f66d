// /dev/input/mice and /dev/psaux: the mouse for programs (gpm, X servers). While one has it open the console leaves the
// mouse alone.
// Locking: `mice_lock` guards the list of open files and their streams; readers wait on `mice_queue`.
#include "base/init.h"
#include "base/list.h"
#include "base/log.h"
#include "dev/device.h"
#include "dev/input/mice_stream.h"
#include "vfs/io_cursor.h"

namespace martlet {
namespace {

constexpr u32 kMiscMajor = 10, kPsauxMinor = 1, kInputMajor = 13, kMiceMinor = 63, kPermissions = 0660;

class MiceFile;
SpinLock mice_lock{LockRank::Device};
WaitQueue mice_queue;
MouseListener* console_listener = nullptr; // written once, while drivers start

class MiceFile final : public File {
public:
    MiceFile(u32 flags, Path path);
    ~MiceFile() override;

    Result<usize> read(IoCursor& to, u64) override {
        u8 bytes[8];
        usize size = 0;
        if (to.remaining() == 0) return 0;
        auto take = [&] {
            LockGuard guard(mice_lock);
            size = stream_.read(std::span(bytes).first(std::min(sizeof bytes, to.remaining())));
            return size != 0;
        };
        if (!take()) {
            if (is_nonblocking()) return Error(Errno::EAGAIN);
            TRY(mice_queue.wait(take));
        }
        return to.put(bytes, size);
    }
    Result<usize> write(IoCursor& from, u64) override {
        usize total = 0;
        u8 byte;
        while (from.remaining() > 0) {
            Result<usize> taken = from.take(&byte, 1);
            if (!taken) return total > 0 ? Result<usize>(total) : taken;
            LockGuard guard(mice_lock);
            stream_.command(byte);
            ++total;
        }
        mice_queue.wake_all();
        return total;
    }
    bool is_pollable() const override { return true; }
    u32 poll(PollTable* table) override {
        if (table) table->watch(mice_queue);
        LockGuard guard(mice_lock);
        return kPollOut | kPollWrNorm | (stream_.is_readable() ? kPollIn | kPollRdNorm : 0);
    }

    ListNode node_; // of mice_files
    MiceStream stream_ GUARDED_BY(mice_lock);
};

constinit List<MiceFile, &MiceFile::node_> mice_files GUARDED_BY(mice_lock);

MiceFile::MiceFile(u32 flags, Path path) : File(flags, std::move(path)) {
    LockGuard guard(mice_lock);
    mice_files.push_back(*this);
}

MiceFile::~MiceFile() {
    LockGuard guard(mice_lock);
    node_.unlink();
}

class MiceDevice final : public CharacterDevice {
public:
    MiceDevice(std::string_view name, u64 number) : CharacterDevice(name, number, kPermissions) {}
    Result<Ref<File>> open(u32 flags, const Path& path) override { return make_ref<MiceFile>(flags, path); }
};

void add_device(std::string_view name, u64 number) {
    Result<Ref<MiceDevice>> device = make_ref<MiceDevice>(name, number);
    Result<void> registered = device ? register_character_device(*device) : Error(device.error());
    if (!registered) log_error("mice: cannot register a device: error %d", static_cast<int>(registered.error()));
}

void mice_init() {
    add_device("psaux", make_device(kMiscMajor, kPsauxMinor));
    add_device("input/mice", make_device(kInputMajor, kMiceMinor));
}
INIT_TASK(Devices, mice_init);

} // namespace

void set_mouse_listener(MouseListener& listener) { console_listener = &listener; }

void report_mouse_event(const MouseEvent& event) {
    bool is_taken;
    {
        LockGuard guard(mice_lock);
        is_taken = !mice_files.is_empty();
        for (MiceFile& file : mice_files) file.stream_.add(event);
    }
    if (is_taken) mice_queue.wake_all();
    else if (console_listener) console_listener->mouse_event(event);
}

} // namespace martlet
