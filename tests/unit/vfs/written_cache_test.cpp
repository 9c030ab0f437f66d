#include "vfs/written_cache.h"

#include <random>

#include "vfs_fixture.h"

namespace martlet {

class WrittenCacheTest : public VfsTest {};

namespace {

constexpr usize kSize = 20 * kPageSize + 700;

class StoredCache final : public WrittenCache {
public:
    explicit StoredCache(ErrorSequence& errors) : WrittenCache(kSize, errors), kept(kSize, 'o') {}
    std::string kept;
    std::vector<u64> stored; // offsets, in order
    Errno failure = Errno();

private:
    Result<void> fill(u64 offset, std::span<u8> bytes) override {
        for (usize index = 0; index < bytes.size(); ++index) bytes[index] = offset + index < kept.size() ? static_cast<u8>(kept[offset + index]) : 0;
        return {};
    }
    Result<void> store(u64 offset, std::span<const u8> bytes) override {
        if (failure != Errno()) return Error(failure);
        EXPECT_LE(offset + bytes.size(), size());
        if (kept.size() < offset + bytes.size()) kept.resize(offset + bytes.size());
        memcpy(kept.data() + offset, bytes.data(), bytes.size());
        stored.push_back(offset);
        return {};
    }
};

usize put(WrittenCache& cache, std::string text, u64 offset, u64 limit = kSize) {
    IoCursor cursor = IoCursor::kernel(text.data(), text.size());
    return *cache.write(cursor, offset, limit);
}

std::string get(WrittenCache& cache, u64 offset, usize size) {
    std::string text(size, '\0');
    IoCursor cursor = IoCursor::kernel(text.data(), size);
    text.resize(*cache.read(cursor, offset));
    return text;
}

} // namespace

TEST_F(WrittenCacheTest, WhatIsWrittenIsReadAndStoredLater) {
    ErrorSequence errors;
    auto cache = *make_ref<StoredCache>(errors);
    EXPECT_EQ(put(*cache, "hello", 10), 5u);
    EXPECT_EQ(get(*cache, 8, 9), "oohellooo");
    EXPECT_EQ(cache->dirty_page_count(), 1u);
    EXPECT_TRUE(cache->stored.empty());
    EXPECT_TRUE(cache->write_back());
    EXPECT_EQ(cache->kept.substr(8, 9), "oohellooo");
    EXPECT_EQ(cache->dirty_page_count(), 0u);
    EXPECT_TRUE(cache->write_back());
    EXPECT_EQ(cache->stored.size(), 1u);
    EXPECT_EQ(put(*cache, std::string(1000, 'e'), kSize - 3), 3u);
    EXPECT_EQ(put(*cache, "x", kSize), 0u);
    EXPECT_TRUE(cache->write_back());
    EXPECT_EQ(cache->kept.substr(kSize - 4), "oeee");
}

TEST_F(WrittenCacheTest, AFileGrowsAndShrinks) {
    ErrorSequence errors;
    auto cache = *make_ref<StoredCache>(errors);
    EXPECT_EQ(put(*cache, "tail", kSize + 5000, ~0ull >> 1), 4u);
    EXPECT_EQ(cache->size(), kSize + 5004);
    EXPECT_EQ(get(*cache, kSize - 1, 3), std::string("o\0\0", 3));
    EXPECT_TRUE(cache->write_back());
    EXPECT_EQ(cache->kept.size(), kSize + 5004);
    EXPECT_EQ(put(*cache, "gone", kSize + 100, ~0ull >> 1), 4u);
    cache->resize(100);
    EXPECT_EQ(cache->dirty_page_count(), 0u);
    EXPECT_EQ(get(*cache, 90, 100), std::string(10, 'o'));
    cache->resize(200);
    EXPECT_EQ(get(*cache, 99, 3), std::string("o\0\0", 3));
}

TEST_F(WrittenCacheTest, DirtyPagesAreNotReclaimedAndGoInOrder) {
    ErrorSequence errors;
    auto cache = *make_ref<StoredCache>(errors);
    for (u64 index : {7u, 2u, 11u}) EXPECT_EQ(put(*cache, "d", index * kPageSize), 1u);
    EXPECT_EQ(get(*cache, 5 * kPageSize, 1), "o");
    EXPECT_GE(FilledCache::reclaim_clean_pages(100), 1u);
    EXPECT_EQ(cache->page_count(), 3u);
    EXPECT_EQ(get(*cache, 7 * kPageSize, 1), "d");
    EXPECT_TRUE(cache->write_back(3, 8));
    EXPECT_EQ(cache->stored, (std::vector<u64>{7 * kPageSize}));
    EXPECT_TRUE(cache->write_back());
    EXPECT_EQ(cache->stored, (std::vector<u64>{7 * kPageSize, 2 * kPageSize, 11 * kPageSize}));
    EXPECT_GE(FilledCache::reclaim_clean_pages(100), 3u);
    EXPECT_EQ(cache->page_count(), 0u);
    EXPECT_EQ(get(*cache, 7 * kPageSize, 1), "d");
}

TEST_F(WrittenCacheTest, ErrorsAreToldOnceToEachAndMemoryIsTriedAgain) {
    ErrorSequence errors;
    auto cache = *make_ref<StoredCache>(errors);
    std::atomic<u32> first = errors.sample(), second = errors.sample();
    put(*cache, "a", 0);
    cache->failure = Errno::ENOMEM;
    EXPECT_EQ(cache->write_back().error(), Errno::ENOMEM);
    EXPECT_EQ(cache->dirty_page_count(), 1u);
    EXPECT_TRUE(errors.check(first));
    cache->failure = Errno::EIO;
    EXPECT_TRUE(cache->write_back());
    EXPECT_EQ(cache->dirty_page_count(), 0u);
    std::atomic<u32> later = errors.sample(); // nobody has heard of it yet
    EXPECT_EQ(errors.check(first).error(), Errno::EIO);
    EXPECT_TRUE(errors.check(first));
    std::atomic<u32> latest = errors.sample();
    EXPECT_EQ(errors.check(second).error(), Errno::EIO);
    EXPECT_EQ(errors.check(later).error(), Errno::EIO);
    EXPECT_TRUE(errors.check(latest));
    put(*cache, "b", 0);
    EXPECT_TRUE(cache->write_back()); // the same error again is another one
    EXPECT_EQ(errors.check(first).error(), Errno::EIO);
}

TEST_F(WrittenCacheTest, EqualsAModelUnderRandomUse) {
    ErrorSequence errors;
    auto cache = *make_ref<StoredCache>(errors);
    std::string model(kSize, 'o');
    std::mt19937 random(7);
    for (int step = 0; step < 4000; ++step) {
        u64 offset = random() % kSize;
        usize size = std::min<usize>(random() % 9000, kSize - offset);
        switch (random() % 5) {
        case 0:
        case 1: {
            std::string text(size, static_cast<char>('a' + random() % 26));
            ASSERT_EQ(put(*cache, text, offset), size);
            model.replace(offset, size, text);
            break;
        }
        case 2: ASSERT_EQ(get(*cache, offset, size), model.substr(offset, size)); break;
        case 3: FilledCache::reclaim_clean_pages(random() % 8); break;
        default:
            ASSERT_TRUE(cache->write_back());
            ASSERT_EQ(cache->kept, model);
        }
    }
}

} // namespace martlet
