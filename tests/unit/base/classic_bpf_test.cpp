#include "base/classic_bpf.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace martlet {
namespace {

constexpr usize kDataSize = 64;
using Program = std::vector<BpfInstruction>;

bool is_accepted(const Program& program) { return check_bpf_program(program, kDataSize).has_value(); }

u32 run(const Program& program, std::vector<u32> data = {}) {
    data.resize(kDataSize / sizeof(u32));
    EXPECT_TRUE(is_accepted(program));
    return run_bpf_program(program, data);
}

u32 run_on(const Program& program, const std::vector<u8>& bytes) {
    EXPECT_TRUE(check_bpf_message_program(program).has_value());
    return run_bpf_message_program(program, {bytes, 3, [] { return 99u; }});
}

TEST(ClassicBpf, loads_words_constants_and_the_size) {
    EXPECT_EQ(run({{0x20, 0, 0, 8}, {0x16, 0, 0, 0}}, {1, 2, 3}), 3u);
    EXPECT_EQ(run({{0x00, 0, 0, 77}, {0x16, 0, 0, 0}}), 77u);
    EXPECT_EQ(run({{0x80, 0, 0, 0}, {0x16, 0, 0, 0}}), kDataSize);
    EXPECT_EQ(run({{0x01, 0, 0, 5}, {0x87, 0, 0, 0}, {0x16, 0, 0, 0}}), 5u); // through the index register
}

TEST(ClassicBpf, computes_in_32_bits) {
    auto with = [](u16 code, u32 left, u32 right) { return run({{0x00, 0, 0, left}, {code, 0, 0, right}, {0x16, 0, 0, 0}}); };
    EXPECT_EQ(with(0x04, 0xffffffff, 2), 1u);
    EXPECT_EQ(with(0x14, 1, 2), 0xffffffffu);
    EXPECT_EQ(with(0x24, 0x10000, 0x10000), 0u);
    EXPECT_EQ(with(0x34, 7, 2), 3u);
    EXPECT_EQ(with(0x44, 5, 2), 7u);
    EXPECT_EQ(with(0x54, 5, 4), 4u);
    EXPECT_EQ(with(0x64, 1, 31), 0x80000000u);
    EXPECT_EQ(with(0x74, 0x80000000, 31), 1u);
    EXPECT_EQ(with(0x84, 1, 0), 0xffffffffu);
    EXPECT_EQ(with(0xa4, 6, 3), 5u);
}

TEST(ClassicBpf, a_division_by_an_index_of_zero_answers_zero) {
    EXPECT_EQ(run({{0x00, 0, 0, 9}, {0x01, 0, 0, 0}, {0x3c, 0, 0, 0}, {0x06, 0, 0, 5}}), 0u);
}

TEST(ClassicBpf, jumps_forward) {
    for (u32 value : {1u, 5u, 9u}) {
        Program program = {{0x00, 0, 0, value}, {0x25, 2, 0, 5}, {0x15, 0, 2, 5}, {0x06, 0, 0, 50}, {0x06, 0, 0, 90}, {0x06, 0, 0, 10}};
        EXPECT_EQ(run(program), value == 9 ? 90u : value == 5 ? 50u : 10u);
    }
    EXPECT_EQ(run({{0x05, 0, 0, 1}, {0x06, 0, 0, 1}, {0x06, 0, 0, 2}}), 2u);
}

TEST(ClassicBpf, refuses_what_could_go_wrong) {
    EXPECT_FALSE(is_accepted({}));
    EXPECT_FALSE(is_accepted({{0x00, 0, 0, 0}}));
    EXPECT_FALSE(is_accepted({{0x20, 0, 0, 64}, {0x06, 0, 0, 0}}));
    EXPECT_FALSE(is_accepted({{0x20, 0, 0, 6}, {0x06, 0, 0, 0}}));
    EXPECT_FALSE(is_accepted({{0x34, 0, 0, 0}, {0x06, 0, 0, 0}}));
    EXPECT_FALSE(is_accepted({{0x64, 0, 0, 32}, {0x06, 0, 0, 0}}));
    EXPECT_FALSE(is_accepted({{0x02, 0, 0, 16}, {0x06, 0, 0, 0}}));
    EXPECT_FALSE(is_accepted({{0x05, 0, 0, 1}, {0x06, 0, 0, 0}}));
    EXPECT_FALSE(is_accepted({{0x05, 0, 0, 0xffffffff}, {0x06, 0, 0, 0}}));
    EXPECT_FALSE(is_accepted({{0x15, 0, 1, 0}, {0x06, 0, 0, 0}}));
    EXPECT_FALSE(is_accepted({{0x0e, 0, 0, 0}, {0x06, 0, 0, 0}})); // returns the index register
    EXPECT_FALSE(is_accepted(Program(4097, {0x06, 0, 0, 0})));
}

TEST(ClassicBpf, scratch_words_must_be_written_on_every_way_to_their_use) {
    EXPECT_FALSE(is_accepted({{0x60, 0, 0, 0}, {0x06, 0, 0, 0}}));
    EXPECT_EQ(run({{0x00, 0, 0, 4}, {0x02, 0, 0, 3}, {0x00, 0, 0, 0}, {0x60, 0, 0, 3}, {0x16, 0, 0, 0}}), 4u);
    // One branch jumps over the store.
    EXPECT_FALSE(is_accepted({{0x15, 1, 0, 0}, {0x02, 0, 0, 3}, {0x60, 0, 0, 3}, {0x16, 0, 0, 0}}));
}

TEST(ClassicBpf, random_programs_that_are_accepted_end_and_stay_inside) {
    std::mt19937 random(1);
    const u16 codes[] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x0c, 0x05, 0x06, 0x07, 0x15, 0x1d, 0x16, 0x20, 0x25, 0x2d, 0x34,
                         0x3c, 0x35, 0x45, 0x60, 0x61, 0x64, 0x6c, 0x80, 0x81, 0x84, 0x87, 0xa4, 0x94, 0x28, 0xff};
    int accepted = 0;
    std::vector<u32> data(kDataSize / sizeof(u32), 3);
    for (int round = 0; round < 200'000; ++round) {
        Program program(1 + random() % 6);
        for (BpfInstruction& instruction : program)
            instruction = {codes[random() % std::size(codes)], static_cast<u8>(random() % 4), static_cast<u8>(random() % 4), static_cast<u32>(random() % 70)};
        if (check_bpf_message_program(program)) (void)run_on(program, {1, 2, 3, 4, 5});
        if (!is_accepted(program)) continue;
        ++accepted;
        (void)run_bpf_program(program, data);
    }
    EXPECT_GT(accepted, 1000);
}

TEST(ClassicBpf, loads_from_messages_in_network_order_and_never_outside) {
    std::vector<u8> bytes = {0x12, 0x34, 0x56, 0x78, 0x9a};
    Program word = {{0x20, 0, 0, 0}, {0x16, 0, 0, 0}};
    EXPECT_EQ(run_on(word, bytes), 0x12345678u);
    for (u32 offset : {2u, 5u, 0x7fffffffu, 0x80000000u, 0xffefffffu}) {
        word[0].operand = offset;
        EXPECT_EQ(run_on(word, bytes), 0u);
    }
    EXPECT_EQ(run_on({{0x28, 0, 0, 0xfff00000 + 1}, {0x16, 0, 0, 0}}, bytes), 0x3456u); // from the network header
    EXPECT_EQ(run_on({{0x01, 0, 0, 0xffffffff}, {0x50, 0, 0, 5}, {0x16, 0, 0, 0}}, bytes), 0x9au); // wraps
    EXPECT_EQ(run_on({{0x20, 0, 0, 0xfffff000 + 36}, {0x16, 0, 0, 0}}, bytes), 3u);
    EXPECT_EQ(run_on({{0x20, 0, 0, 0xfffff000 + 56}, {0x16, 0, 0, 0}}, bytes), 99u);
    EXPECT_EQ(run_on({{0x00, 0, 0, 7}, {0x01, 0, 0, 0}, {0x9c, 0, 0, 0}, {0x06, 0, 0, 1}}, bytes), 0u); // remainder by zero
}

TEST(ClassicBpf, the_loads_of_one_kind_are_refused_to_the_other) {
    EXPECT_FALSE(is_accepted({{0x94, 0, 0, 3}, {0x06, 0, 0, 0}}));
    EXPECT_FALSE(is_accepted({{0x30, 0, 0, 0}, {0x06, 0, 0, 0}}));
    EXPECT_FALSE(is_accepted({{0xb1, 0, 0, 0}, {0x06, 0, 0, 0}}));
    EXPECT_FALSE(check_bpf_message_program(Program{{0x20, 0, 0, 0xfffff000 + 2}, {0x06, 0, 0, 0}}).has_value());
    EXPECT_FALSE(check_bpf_message_program(Program{{0x38, 0, 0, 0}, {0x06, 0, 0, 0}}).has_value());
}

} // namespace
} // namespace martlet
