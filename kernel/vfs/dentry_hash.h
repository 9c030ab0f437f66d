// DentryHash: the table behind the dentry cache's lookups. It grows with what is in it, one bucket at a time
// (linear hashing: Litwin 1980), so that no insertion pays for all the others; it never shrinks.
//
// Locking: entries and the table change under name_space_lock only, entries of a bucket inside the bucket's
// sequence. Lookups take no lock: they read the shape, then the bucket's sequence, and check afterwards: the
// sequence for what they found, both for what they did not.
// Buckets lie in segments, which are never freed.
#pragma once
#include <atomic>

#include "sync/spinlock.h"
#include "vfs/dentry.h"

namespace martlet {

struct DentryBucket {
    std::atomic<Dentry*> head{nullptr};
    std::atomic<u32> sequence{0}; // odd while the chain or a name in it changes
};

/// Readers of the bucket notice that something moved.
class DentryBucketWrite : NonCopyable {
public:
    explicit DentryBucketWrite(DentryBucket& bucket) : bucket_(bucket) {
        bucket_.sequence.fetch_add(1, std::memory_order_acq_rel);
    }
    ~DentryBucketWrite() { bucket_.sequence.fetch_add(1, std::memory_order_release); }

private:
    DentryBucket& bucket_;
};

class DentryHash {
public:
    /// How many buckets there are and which of a hash's bits choose one: all of `mask`, without the highest where that
    /// leads behind the last bucket.
    class Shape {
    public:
        constexpr explicit Shape(u64 word) : word_(word) {}
        static constexpr Shape of(u32 count, u32 mask) { return Shape(static_cast<u64>(mask) << 32 | count); }
        constexpr u32 count() const { return static_cast<u32>(word_); }
        constexpr u32 mask() const { return static_cast<u32>(word_ >> 32); }
        constexpr u32 index_of(u32 hash) const {
            u32 index = hash & mask();
            return index < count() ? index : index & (mask() >> 1);
        }
        constexpr u64 word() const { return word_; }
        constexpr bool operator==(const Shape&) const = default;

    private:
        u64 word_;
    };

    /// Makes room for as many segments as the machine's memory can need. Before anything is inserted.
    static void init(u64 total_frames);
    static Shape shape() { return Shape(shape_.load(std::memory_order_acquire)); }
    static DentryBucket& bucket(Shape shape, u32 hash) {
        u32 index = shape.index_of(hash);
        return segments_[index / kSegmentSize][index % kSegmentSize];
    }
    /// What chooses the bucket of a name with this hash in this directory.
    static u32 mix(const Dentry* parent, u32 name_hash) {
        u64 mixed = (reinterpret_cast<u64>(parent) >> 5) * 0x9e37'79b9'7f4a'7c15 ^
                    (static_cast<u64>(name_hash) * 0xff51'afd7);
        return static_cast<u32>(mixed >> 29);
    }

    static void insert(Dentry& dentry) REQUIRES(name_space_lock);
    static void remove(Dentry& dentry) REQUIRES(name_space_lock);

private:
    static constexpr u32 kSegmentSize = 1024;
    static u32 hash_of(const Dentry& dentry);
    static void split() REQUIRES(name_space_lock);

    static DentryBucket first_segment_[kSegmentSize];
    static DentryBucket* first_directory_[1];
    static DentryBucket** segments_; // set by init
    static std::atomic<u64> shape_;  // written under name_space_lock
    static u32 segment_limit_ GUARDED_BY(name_space_lock);
    static u64 entry_count_ GUARDED_BY(name_space_lock);
};

} // namespace martlet
