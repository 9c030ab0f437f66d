// Finding fixed strings fast: one by Horspool's skips, many by the first two bytes.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string>
#include <string_view>
#include <vector>

namespace coreutils {

enum class CaseRule { exact, ignore_ascii };

class StringSearch {
public:
    StringSearch() = default;
    StringSearch(std::string_view needle, CaseRule rule);

    // The offset of the first occurrence at or behind `from`; npos when there is none.
    size_t find(std::string_view text, size_t from = 0) const;
    size_t size() const { return needle_.size(); }

private:
    bool matches(const unsigned char* at) const;

    std::string needle_; // folded when case is ignored
    CaseRule rule_ = CaseRule::exact;
    size_t skip_[256] = {};
};

class MultiSearch {
public:
    MultiSearch(std::vector<std::string> needles, CaseRule rule);

    struct Match {
        size_t offset = std::string_view::npos;
        size_t length = 0;
    };
    // The leftmost, and there the longest, occurrence at or behind `from`.
    Match find(std::string_view text, size_t from = 0) const;

private:
    std::vector<std::string> needles_;
    CaseRule rule_;
    bool has_empty_ = false;
    std::vector<uint64_t> pairs_;                 // bit for each first two bytes
    std::vector<std::vector<uint32_t>> by_first_; // needles by first byte, the longest first
};

inline unsigned char fold_ascii(unsigned char byte) { return byte >= 'A' && byte <= 'Z' ? byte + 32 : byte; }

} // namespace coreutils
