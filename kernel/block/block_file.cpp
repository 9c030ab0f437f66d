// An open node of a block device: bytes at any offset, and the ioctls that every block device knows (blkdev(4)).
#include "block/block_device.h"
#include "mm/frame.h"
#include "mm/user_access.h"
#include "vfs/caller.h"
#include "vfs/inode.h"
#include "vfs/limits.h"

namespace martlet {
namespace {

// BLK… of <linux/fs.h>.
constexpr u32 kSetReadOnly = 0x125d, kGetReadOnly = 0x125e, kRereadPartitions = 0x125f, kGetSectors = 0x1260,
              kFlush = 0x1261, kSetReadAhead = 0x1262, kGetReadAhead = 0x1263, kGetSectorMax = 0x1267,
              kGetLogicalSize = 0x1268, kGetIoMinimum = 0x1278, kGetIoOptimal = 0x1279,
              kGetAlignment = 0x127a, kGetPhysicalSize = 0x127b, kGetDiscardZeroes = 0x127c,
              kGetRotational = 0x127e, kGetBlockSize = 0x8008'1270, kSetBlockSize = 0x4008'1271,
              kGetSize64 = 0x8008'1272;
constexpr u32 kReadAheadSectors = 128;

class BlockFile final : public File {
public:
    BlockFile(u32 flags, const Path& path, Ref<BlockDevice> device)
        : File(flags, path), device_(std::move(device)), heard_error_(device_->write_errors.sample()) {}
    ~BlockFile() override { device_->remove_opener(); }

    Result<usize> read(IoCursor& to, u64 offset) override {
        if (flags() & kOpenDirect) return read_direct(to, offset);
        return TRY(device_->cache())->read(to, offset);
    }
    /// ENOSPC behind the end.
    Result<usize> write(IoCursor& from, u64 offset) override {
        u64 size = device_->size_bytes();
        if (device_->is_read_only()) return Error(Errno::EPERM);
        if (from.remaining() == 0) return 0;
        if (offset >= size) return Error(Errno::ENOSPC);
        usize count = (flags() & kOpenDirect) ? TRY(write_direct(from, offset))
                                              : TRY(TRY(device_->cache())->write(from, offset, size));
        if (flags() & kOpenDsync) TRY(sync_range(offset, offset + count));
        return count;
    }
    Result<usize> append(IoCursor& from, u64& end) override {
        usize count = TRY(write(from, device_->size_bytes()));
        end = device_->size_bytes() + count;
        return count;
    }
    bool is_seekable() const override { return true; }
    Result<u64> seek(i64 offset, int whence) override {
        i64 size = static_cast<i64>(device_->size_bytes()), result = offset;
        if (whence == kSeekCurrent && __builtin_add_overflow(static_cast<i64>(position), offset, &result))
            return Error(Errno::EOVERFLOW);
        if (whence == kSeekEnd && __builtin_add_overflow(size, offset, &result)) return Error(Errno::EOVERFLOW);
        if ((whence == kSeekData || whence == kSeekHole) && (offset < 0 || offset >= size)) return Error(Errno::ENXIO);
        if (whence == kSeekHole) result = size;
        if (result < 0 || result > size) return Error(Errno::EINVAL);
        position = static_cast<u64>(result);
        return position;
    }
    Result<void> sync() override { return sync_range(0, ~0ull); }
    Result<void> sync_range(u64 start, u64 end) override {
        TRY(device_->write_back(start, end));
        Result<void> flushed = device_->flush();
        TRY(device_->write_errors.check(heard_error_));
        return flushed;
    }
    void prefetch(u64 offset, u64 size) override {
        if (auto cache = device_->cache()) (*cache)->prefetch(offset, size);
    }
    void drop_cached(u64 offset, u64 size) override {
        if (auto cache = device_->cache())
            (*cache)->drop_unused((offset + kPageSize - 1) / kPageSize, (offset + size) / kPageSize);
    }
    Result<Ref<MemoryObject>> mapping_object() override { return Ref<MemoryObject>(TRY(device_->cache())); }
    /// Who closes the last descriptor finds everything stored; errors are fsync's to tell.
    void descriptor_closed() override {
        File::descriptor_closed();
        if (can_write() && device_->openers() == 1) (void)device_->write_back();
    }
    Result<i64> ioctl(u32 command, u64 argument) override;

private:
    /// Without the cache, but coherent with it: its dirty pages are stored before, and its pages forgotten
    /// after a write. EINVAL for what is not a multiple of the block size.
    Result<usize> read_direct(IoCursor& to, u64 offset) {
        return transfer(to, offset, [&](u64 at, u8* bytes, usize size) -> Result<usize> {
            TRY(device_->read(at, {bytes, size}));
            return to.put(bytes, size);
        });
    }
    Result<usize> write_direct(IoCursor& from, u64 offset) {
        auto count = transfer(from, offset, [&](u64 at, u8* bytes, usize size) -> Result<usize> {
            usize taken = TRY(from.take(bytes, size));
            TRY(device_->write(at, {bytes, taken}));
            return taken;
        });
        if (count) device_->discard_cache(offset, offset + *count);
        return count;
    }

    /// Page by page through a kernel buffer; an error counts only before the first byte.
    template <typename Move> Result<usize> transfer(IoCursor& cursor, u64 offset, Move move) {
        u64 size = device_->size_bytes(), block_mask = device_->logical_block_size() - 1;
        if ((offset | cursor.remaining()) & block_mask) return Error(Errno::EINVAL);
        if (offset >= size || cursor.remaining() == 0) return 0;
        usize wanted = size - offset < cursor.remaining() ? size - offset : cursor.remaining();
        TRY(device_->write_back(offset, offset + wanted));
        Frame* buffer = TRY(allocate_frame(FrameUse::Kernel, Zeroing::No));
        usize done = 0;
        Result<usize> result = done;
        while (done < wanted) {
            usize chunk = wanted - done < kPageSize ? wanted - done : kPageSize;
            result = move(offset + done, static_cast<u8*>(buffer->data()), chunk);
            if (!result) break;
            done += *result;
            if (*result < chunk) break;
        }
        buffer->release();
        if (done > 0 || result) return done;
        return result;
    }

    Ref<BlockDevice> device_;
    std::atomic<u32> heard_error_; // of device_->write_errors
};

Result<i64> BlockFile::ioctl(u32 command, u64 argument) {
    auto answer = [&]<typename T>(T value) -> Result<i64> {
        TRY(UserPtr<T>(argument).store(value));
        return 0;
    };
    u64 size = device_->size_bytes();
    u32 block_size = device_->logical_block_size();
    switch (command) {
    case kGetSize64: return answer(size);
    case kGetSectors: return answer(size / kSectorSize);
    case kGetLogicalSize: return answer(static_cast<int>(block_size));
    case kGetPhysicalSize:
    case kGetIoMinimum: return answer(block_size);
    case kGetIoOptimal: return answer(u32{0});
    case kGetAlignment: return answer(int{0});
    case kGetDiscardZeroes: return answer(u32{0});
    case kGetRotational: return answer(u16{0});
    case kGetSectorMax: return answer(u16{255});
    case kGetBlockSize: return answer(static_cast<int>(kPageSize));
    case kSetBlockSize: {
        int wanted = TRY(UserPtr<int>(argument).load());
        bool is_power = wanted >= 512 && wanted <= static_cast<int>(kPageSize) && (wanted & (wanted - 1)) == 0;
        return is_power ? Result<i64>(0) : Error(Errno::EINVAL);
    }
    case kGetReadOnly: return answer(static_cast<int>(device_->is_read_only()));
    case kGetReadAhead: return answer(u64{kReadAheadSectors});
    case kSetReadAhead:
    case kFlush:
        if (!current_credentials().has(Capability::SysAdmin)) return Error(Errno::EACCES);
        if (command == kFlush) {
            TRY(device_->write_back());
            drop_cached(0, size);
        }
        return 0;
    case kRereadPartitions: return Error(Errno::EINVAL); // devices here have none
    case kSetReadOnly:
        if (!current_credentials().has(Capability::SysAdmin)) return Error(Errno::EACCES);
        return device_->ioctl(command, argument);
    default: return device_->ioctl(command, argument);
    }
}

} // namespace

Result<Ref<File>> open_block_device(u64 number, u32 flags, const Path& path) {
    Ref<BlockDevice> device = TRY(find_block_device(number));
    TRY(device->add_opener());
    auto file = make_ref<BlockFile>(flags, path, device);
    if (!file) {
        device->remove_opener();
        return Error(file.error());
    }
    return Ref<File>(*std::move(file));
}

} // namespace martlet
