// The memory devices: null, zero, full, random, urandom (null(4), zero(4), full(4), random(4)).
#include "base/init.h"
#include "base/random.h"
#include "dev/device.h"
#include "mm/memory_object.h"
#include "mm/user_access.h"
#include "vfs/io_cursor.h"

namespace martlet {
namespace {

class MemoryDeviceFile : public File {
public:
    using File::File;
    bool is_seekable() const override { return true; }
    Result<u64> seek(i64, int) override { return position = 0; }
};

class NullFile final : public MemoryDeviceFile {
public:
    using MemoryDeviceFile::MemoryDeviceFile;
    Result<usize> read(IoCursor&, u64) override { return 0; }
    Result<usize> write(IoCursor& from, u64) override { return from.remaining(); }
};

class ZeroFile : public MemoryDeviceFile {
public:
    using MemoryDeviceFile::MemoryDeviceFile;
    Result<usize> read(IoCursor& to, u64) override { return to.put_zeros(to.remaining()); }
    Result<usize> write(IoCursor& from, u64) override { return from.remaining(); }
    /// Anonymous memory: private mappings become it, shared ones are shared by the forks of the mapper.
    Result<Ref<MemoryObject>> mapping_object() override {
        return create_shared_anonymous_object(~0ull >> 1, Promise::No);
    }
};

class FullFile final : public ZeroFile {
public:
    using ZeroFile::ZeroFile;
    Result<usize> write(IoCursor&, u64) override { return Error(Errno::ENOSPC); }
    Result<Ref<MemoryObject>> mapping_object() override { return Error(Errno::ENODEV); }
};

class UrandomFile : public MemoryDeviceFile {
public:
    using MemoryDeviceFile::MemoryDeviceFile;
    Result<usize> read(IoCursor& to, u64) override {
        usize done = 0;
        while (to.remaining() > 0) {
            u8 bytes[256];
            usize wanted = to.remaining() < sizeof bytes ? to.remaining() : sizeof bytes;
            random_bytes({bytes, wanted});
            auto copied = to.put(bytes, wanted);
            if (!copied && done == 0) return copied;
            done += copied ? *copied : 0;
            if (!copied || *copied < wanted) break;
        }
        return done;
    }
    Result<usize> write(IoCursor& from, u64) override {
        usize done = 0;
        while (from.remaining() > 0) {
            u8 bytes[256];
            auto copied = from.take(bytes, sizeof bytes);
            if (!copied && done == 0) return copied;
            usize count = copied ? *copied : 0;
            add_randomness({bytes, count});
            done += count;
            if (count == 0) break;
        }
        return done;
    }
    /// RNDGETENTCNT and the like: the generator is always full.
    Result<i64> ioctl(u32 command, u64 argument) override {
        constexpr u32 kGetEntropyCount = 0x80045200;
        if (command != kGetEntropyCount) return Error(Errno::EINVAL);
        TRY(UserPtr<int>(argument).store(256));
        return 0;
    }
};

/// The one that, on Linux, could once run dry: it can be waited for.
class RandomFile final : public UrandomFile {
public:
    using UrandomFile::UrandomFile;
    bool is_pollable() const override { return true; }
    u32 poll(PollTable*) override { return kPollIn | kPollRdNorm; }
};

template <typename Opened> class MemoryDevice final : public CharacterDevice {
public:
    using CharacterDevice::CharacterDevice;
    Result<Ref<File>> open(u32 flags, const Path& path) override { return make_ref<Opened>(flags, path); }
};

template <typename Opened> void add(std::string_view name, u32 minor) {
    auto device = make_ref<MemoryDevice<Opened>>(name, make_device(1, minor), 0666u);
    ASSERT(device && register_character_device(*std::move(device)));
}

void register_memory_devices() {
    add<NullFile>("null", 3);
    add<ZeroFile>("zero", 5);
    add<FullFile>("full", 7);
    add<RandomFile>("random", 8);
    add<UrandomFile>("urandom", 9);
}

INIT_TASK(Devices, register_memory_devices);

} // namespace
} // namespace martlet
