#include "debug/log_ring.h"

namespace martlet {
namespace {

struct Ring {
    std::vector<u8> storage = std::vector<u8>(256);
    LogRing ring{storage};
    void add(std::string_view text, u8 level = 6) { ring.append({1, 0, level, 0, 0}, text); }
    std::optional<std::string> get(u64& sequence, usize room = 100) {
        std::vector<char> buffer(room);
        usize size = 0;
        if (!ring.read(sequence, buffer, size)) return {};
        return std::string(buffer.data(), size);
    }
};

TEST(LogRing, ReadsInOrder) {
    Ring ring;
    ring.add("one");
    ring.add("two", 3);
    u64 sequence = 0;
    EXPECT_EQ(ring.get(sequence), "one");
    sequence = 1;
    EXPECT_EQ(ring.get(sequence), "two");
    sequence = 2;
    EXPECT_FALSE(ring.get(sequence));
}

TEST(LogRing, OldestAreOverwrittenAndTheGapShows) {
    Ring ring;
    for (int index = 0; index < 100; ++index) ring.add("record " + std::to_string(index));
    EXPECT_GT(ring.ring.first_sequence(), 80u);
    EXPECT_EQ(ring.ring.next_sequence(), 100u);
    u64 sequence = 5;
    EXPECT_EQ(ring.get(sequence), "record " + std::to_string(ring.ring.first_sequence()));
    EXPECT_EQ(sequence, ring.ring.first_sequence());
    for (u64 at = sequence; at < 100; ++at) {
        u64 asked = at;
        EXPECT_EQ(ring.get(asked), "record " + std::to_string(at));
    }
}

TEST(LogRing, AnyOrderOfReadingGivesTheSame) {
    Ring ring;
    for (int index = 0; index < 50; ++index) ring.add(std::string(static_cast<usize>(index % 17), static_cast<char>('a' + index % 26)));
    for (u64 step = 1; step < 5; ++step)
        for (u64 at = ring.ring.next_sequence() - 1; at >= ring.ring.first_sequence(); at -= step) {
            u64 asked = at;
            EXPECT_EQ(ring.get(asked), std::string(at % 17, static_cast<char>('a' + at % 26)));
            if (at < step) break;
        }
}

TEST(LogRing, LongTextsAreCut) {
    Ring ring;
    ring.add(std::string(1000, 'x'));
    u64 sequence = 0;
    EXPECT_EQ(ring.get(sequence)->size(), 64u);
    EXPECT_EQ(ring.get(sequence, 10)->size(), 10u);
}

} // namespace
} // namespace martlet
