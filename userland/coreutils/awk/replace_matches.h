// The loop of sub, gsub and gensub.
#pragma once

#include "lib/regex.h"
#include "lib/utf8.h"

#include <cstdint>

namespace coreutils::awk {

// Puts `text` into `result`, with the `wanted`th match (from 1), or each when that is 0, left to `append`, which finds it in
// `matches`. Answers how many. An empty match directly behind a match does not count.
template <typename Append>
uint64_t replace_matches(const Regex& regex, std::string_view text, uint64_t wanted, std::vector<regmatch_t>& matches,
                         std::string& result, Append append) {
    uint64_t number = 0, replaced = 0;
    size_t at = 0, last_end = SIZE_MAX;
    while (at <= text.size() && regex.search(text, at, matches)) {
        auto begin = static_cast<size_t>(matches[0].rm_so), end = static_cast<size_t>(matches[0].rm_eo);
        result.append(text.substr(at, begin - at));
        at = end;
        if (begin != end || begin != last_end) {
            last_end = end;
            ++number;
            if (wanted == 0 || number == wanted) {
                append();
                ++replaced;
                if (number == wanted) break;
            } else {
                result.append(text.substr(begin, end - begin));
            }
        }
        if (begin != end) continue;
        if (at >= text.size()) break;
        size_t length = decode_utf8(text.substr(at)).length; // the next search is behind the empty match
        result.append(text.substr(at, length));
        at += length;
    }
    if (at < text.size()) result.append(text.substr(at));
    return replaced;
}

} // namespace coreutils::awk
