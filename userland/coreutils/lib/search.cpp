#include "lib/search.h"
#include "lib/order.h"

#include <algorithm>
#include <string.h>

namespace coreutils {
namespace {

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string folded(std::string_view text) {
    std::string result(text);
    for (char& byte : result) byte = static_cast<char>(fold_ascii(static_cast<unsigned char>(byte)));
    return result;
}

} // namespace

StringSearch::StringSearch(std::string_view needle, CaseRule rule)
    : needle_(rule == CaseRule::exact ? std::string(needle) : folded(needle)), rule_(rule) {
    for (size_t& skip : skip_) skip = needle_.size();
    for (size_t i = 0; i + 1 < needle_.size(); ++i) {
        auto byte = static_cast<unsigned char>(needle_[i]);
        skip_[byte] = needle_.size() - 1 - i;
        if (rule == CaseRule::ignore_ascii && byte >= 'a' && byte <= 'z') skip_[byte - 32] = skip_[byte];
    }
}

bool StringSearch::matches(const unsigned char* at) const {
    if (rule_ == CaseRule::exact) return memcmp(at, needle_.data(), needle_.size()) == 0;
    for (size_t i = 0; i < needle_.size(); ++i)
        if (fold_ascii(at[i]) != static_cast<unsigned char>(needle_[i])) return false;
    return true;
}

size_t StringSearch::find(std::string_view text, size_t from) const {
    size_t length = needle_.size();
    if (length == 0) return from <= text.size() ? from : std::string_view::npos;
    if (text.size() < length) return std::string_view::npos;
    const unsigned char* begin = bytes_of(text);
    if (length == 1 && rule_ == CaseRule::exact) {
        if (from >= text.size()) return std::string_view::npos;
        const void* found = memchr(begin + from, needle_[0], text.size() - from);
        return found ? static_cast<size_t>(static_cast<const unsigned char*>(found) - begin)
                     : std::string_view::npos;
    }
    auto last = static_cast<unsigned char>(needle_[length - 1]);
    size_t end = text.size() - length;
    for (size_t at = from; at <= end;) {
        unsigned char byte = begin[at + length - 1];
        unsigned char compared = rule_ == CaseRule::exact ? byte : fold_ascii(byte);
        if (compared == last && matches(begin + at)) return at;
        at += skip_[byte];
    }
    return std::string_view::npos;
}

MultiSearch::MultiSearch(std::vector<std::string> needles, CaseRule rule)
    : needles_(std::move(needles)), rule_(rule), pairs_(1024, 0), by_first_(256) {
    for (uint32_t i = 0; i < needles_.size(); ++i) {
        if (rule == CaseRule::ignore_ascii) needles_[i] = folded(needles_[i]);
        const std::string& needle = needles_[i];
        if (needle.empty()) {
            has_empty_ = true;
            continue;
        }
        auto first = static_cast<unsigned char>(needle[0]);
        by_first_[first].push_back(i);
        auto mark = [&](unsigned second) {
            unsigned pair = static_cast<unsigned>(first) << 8 | second;
            pairs_[pair / 64] |= uint64_t{1} << pair % 64;
        };
        if (needle.size() > 1)
            mark(static_cast<unsigned char>(needle[1]));
        else
            for (unsigned second = 0; second < 256; ++second) mark(second);
    }
    for (auto& list : by_first_)
        sort_items(list, [&](uint32_t left, uint32_t right) {
            return needles_[left].size() > needles_[right].size();
        });
}

MultiSearch::Match MultiSearch::find(std::string_view text, size_t from) const {
    const unsigned char* begin = bytes_of(text);
    auto byte_at = [&](size_t at) { return rule_ == CaseRule::exact ? begin[at] : fold_ascii(begin[at]); };
    for (size_t at = from; at < text.size(); ++at) {
        unsigned char first = byte_at(at);
        unsigned pair = static_cast<unsigned>(first) << 8 | (at + 1 < text.size() ? byte_at(at + 1) : 0);
        bool possible = pairs_[pair / 64] >> pair % 64 & 1;
        if (possible || at + 1 == text.size()) {
            for (uint32_t index : by_first_[first]) {
                const std::string& needle = needles_[index];
                if (needle.size() > text.size() - at) continue;
                size_t same = 0;
                while (same < needle.size() && byte_at(at + same) == static_cast<unsigned char>(needle[same]))
                    ++same;
                if (same == needle.size()) return {at, needle.size()};
            }
        }
        if (has_empty_) return {at, 0};
    }
    if (has_empty_ && from <= text.size()) return {from, 0};
    return {};
}

} // namespace coreutils
