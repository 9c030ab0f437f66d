#include "vfs/dentry_hash.h"

#include <new>

namespace martlet {

namespace {
constexpr u32 kBucketsAtStart = 256;
}

DentryBucket DentryHash::first_segment_[kSegmentSize];
DentryBucket* DentryHash::first_directory_[1] = {first_segment_};
DentryBucket** DentryHash::segments_ = first_directory_;
std::atomic<u64> DentryHash::shape_ = Shape::of(kBucketsAtStart, kBucketsAtStart - 1).word();
u32 DentryHash::segment_limit_ = 1;
u64 DentryHash::entry_count_ = 0;

void DentryHash::init(u64 total_frames) {
    constexpr u64 kDentriesPerFrame = 8, kMostSegments = 65536; // fewer fit with their inodes; 512 KiB of pointers
    u64 wanted = total_frames * kDentriesPerFrame / kSegmentSize + 1;
    if (wanted > kMostSegments) wanted = kMostSegments;
    auto** directory = static_cast<DentryBucket**>(::operator new(wanted * sizeof(DentryBucket*), std::nothrow));
    if (!directory) return; // one segment works too
    for (u64 index = 0; index < wanted; ++index) directory[index] = nullptr;
    directory[0] = first_segment_;
    LockGuard guard(name_space_lock);
    segments_ = directory;
    segment_limit_ = static_cast<u32>(wanted);
}

u32 DentryHash::hash_of(const Dentry& dentry) {
    return mix(dentry.parent(), dentry.hash_.load(std::memory_order_relaxed));
}

void DentryHash::insert(Dentry& dentry) {
    DentryBucket& target = bucket(shape(), hash_of(dentry));
    {
        DentryBucketWrite write(target);
        dentry.hash_next_.store(target.head.load(std::memory_order_relaxed), std::memory_order_relaxed);
        target.head.store(&dentry, std::memory_order_release);
        dentry.set_flag(Dentry::kHashed);
    }
    if (++entry_count_ > shape().count()) split();
}

void DentryHash::remove(Dentry& dentry) {
    if (!dentry.is_hashed()) return;
    DentryBucket& from = bucket(shape(), hash_of(dentry));
    DentryBucketWrite write(from);
    std::atomic<Dentry*>* link = &from.head;
    while (link->load(std::memory_order_relaxed) != &dentry) link = &link->load(std::memory_order_relaxed)->hash_next_;
    link->store(dentry.hash_next_.load(std::memory_order_relaxed), std::memory_order_release);
    dentry.clear_flag(Dentry::kHashed);
    --entry_count_;
}

/// One bucket more: it takes its share of the one that has served for both. Without memory chains get longer.
void DentryHash::split() {
    u32 added = shape().count();
    u32 mask = added > shape().mask() ? shape().mask() * 2 + 1 : shape().mask();
    u32 segment = added / kSegmentSize;
    if (segment >= segment_limit_) return;
    if (!segments_[segment]) {
        auto* fresh = static_cast<DentryBucket*>(::operator new(kSegmentSize * sizeof(DentryBucket), std::nothrow));
        if (!fresh) return;
        for (u32 index = 0; index < kSegmentSize; ++index) new (&fresh[index]) DentryBucket();
        segments_[segment] = fresh;
    }
    DentryBucket& from = bucket(shape(), added);
    DentryBucket& to = segments_[segment][added % kSegmentSize];
    Shape grown = Shape::of(added + 1, mask);
    DentryBucketWrite write(from);
    std::atomic<Dentry*>* link = &from.head;
    while (Dentry* dentry = link->load(std::memory_order_relaxed)) {
        if (grown.index_of(hash_of(*dentry)) != added) {
            link = &dentry->hash_next_;
            continue;
        }
        link->store(dentry->hash_next_.load(std::memory_order_relaxed), std::memory_order_relaxed);
        dentry->hash_next_.store(to.head.load(std::memory_order_relaxed), std::memory_order_relaxed);
        to.head.store(dentry, std::memory_order_relaxed);
    }
    shape_.store(grown.word(), std::memory_order_release);
}

} // namespace martlet
