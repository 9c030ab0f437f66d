// diff's engine: applying its changes to the first file must give the second, whatever the files are.
#include "text/diff_engine.h"

#include <gtest/gtest.h>

namespace coreutils::diff {
namespace {

TextFile file_of(std::string content) {
    TextFile file;
    file.content = std::move(content);
    file.split();
    return file;
}

std::string apply(const TextFile& first, const TextFile& second, const std::vector<Change>& changes) {
    std::string result;
    size_t at = 0;
    for (const Change& change : changes) {
        for (; at < change.first_begin; ++at) result.append(first.lines[at]).append("\n");
        at = change.first_end;
        for (size_t i = change.second_begin; i < change.second_end; ++i)
            result.append(second.lines[i]).append("\n");
    }
    for (; at < first.lines.size(); ++at) result.append(first.lines[at]).append("\n");
    return result;
}

TEST(Diff, SmallCases) {
    TextFile first = file_of("a\nb\nc\n"), second = file_of("a\nx\nc\nd\n");
    auto changes = compare_files(first, second, {});
    ASSERT_EQ(changes.size(), 2u);
    EXPECT_EQ(changes[0].first_begin, 1u);
    EXPECT_EQ(changes[1].second_begin, 3u);
    TextFile one = file_of("a\nb\nc\n"), same = file_of("a\nb\nc\n"), empty = file_of(""),
             nothing = file_of("");
    EXPECT_TRUE(compare_files(one, same, {}).empty());
    EXPECT_TRUE(compare_files(empty, nothing, {}).empty());
}
TEST(Diff, MissingNewlineIsAChange) {
    TextFile first = file_of("a\nb\n"), second = file_of("a\nb");
    EXPECT_EQ(compare_files(first, second, {}).size(), 1u);
}
TEST(Diff, Rules) {
    TextFile first = file_of("A  b\n"), second = file_of("a b \n");
    EXPECT_EQ(compare_files(first, second, {}).size(), 1u);
    EXPECT_TRUE(compare_files(first, second, {.ignore_case = true, .ignore_space_change = true}).empty());
    EXPECT_TRUE(compare_files(first, second, {.ignore_case = true, .ignore_all_space = true}).empty());
}
TEST(Diff, RandomFilesAreRebuilt) {
    unsigned seed = 7;
    auto random = [&](unsigned limit) {
        seed = seed * 1664525 + 1013904223;
        return (seed >> 16) % limit;
    };
    for (int round = 0; round < 3000; ++round) {
        std::string left, right;
        unsigned alphabet = 1 + random(6);
        for (unsigned i = random(40); i > 0; --i)
            left += std::string(1, static_cast<char>('a' + random(alphabet))) + "\n";
        for (unsigned i = random(40); i > 0; --i)
            right += std::string(1, static_cast<char>('a' + random(alphabet))) + "\n";
        TextFile first = file_of(left), second = file_of(right);
        ASSERT_EQ(apply(first, second, compare_files(first, second, {})), right) << left << "--\n" << right;
    }
}
TEST(Diff, LargeDifferentFilesEnd) {
    std::string left, right;
    for (int i = 0; i < 20000; ++i) {
        left += std::to_string(i * 7 % 1000) + "\n";
        right += std::to_string(i * 13 % 1000) + "\n";
    }
    TextFile first = file_of(left), second = file_of(right);
    EXPECT_EQ(apply(first, second, compare_files(first, second, {})), right);
}

} // namespace
} // namespace coreutils::diff
