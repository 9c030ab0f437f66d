// :map, :map! and :abbreviate (POSIX.1-2017 ex): keys that stand for others, and words for longer text.
#include "vi/editor.h"

#include <ctype.h>

namespace coreutils::vi {
namespace {

constexpr int kLongerMs = 1000; // how long the next key of a longer one is waited for
constexpr size_t kMostInARow = 1000;

bool is_word_byte(char byte) { return isalnum(static_cast<unsigned char>(byte)) || byte == '_' || (byte & 0x80); }

} // namespace

int Editor::mapped_key(char kind) {
    for (size_t expanded = 0;; ++expanded) {
        size_t typed = typed_.size();
        int key = next_key();
        if (unmapped_ > 0) {
            --unmapped_;
            return key;
        }
        if (mappings_.empty() || replaying_) return key;
        // The longest that is typed counts; the keys behind it are typed again.
        std::vector<int> keys = {key};
        std::string text = kind + text_of_key(key);
        size_t found = mappings_.size(), length = 1;
        for (bool longer = text.size() > 1; longer;) {
            longer = false;
            for (size_t index = 0; index < mappings_.size(); index += 2) {
                if (mappings_[index] == text)
                    found = index, length = keys.size();
                else
                    longer |= mappings_[index].starts_with(text);
            }
            if (!longer || (key = next_key(kLongerMs)) == kKeyNone) break;
            keys.push_back(key);
            text += text_of_key(key);
        }
        key = keys[0];
        const bool mapped = found < mappings_.size();
        typed_.resize(typed + (mapped ? 0 : 1));
        while (keys.size() > length) {
            pending_.push_back(keys.back());
            keys.pop_back();
        }
        if (!mapped) return key;
        const std::string& to = mappings_[found + 1];
        feed(keys_of(to));
        if (to.starts_with(mappings_[found].c_str() + 1)) unmapped_ = length; // it may contain itself in front
        if (expanded == kMostInARow) {
            complain("The mapping has no end");
            pending_.clear();
            return 0x1b;
        }
    }
}

void Editor::expand_abbreviation(std::string& typed) {
    for (size_t index = 0; index < mappings_.size(); index += 2) {
        std::string_view from = mappings_[index];
        if (!from.starts_with('a') || !typed.ends_with(from.substr(1)) || cursor_.column < from.size() - 1) continue;
        from.remove_prefix(1);
        size_t begin = cursor_.column - from.size();
        if (begin > 0 && is_word_byte(buffer_.line(cursor_.line)[begin - 1]) && is_word_byte(from[0])) continue;
        while (cursor_.column > begin) erase_before_cursor();
        insert_text(mappings_[index + 1]);
        typed.resize(typed.size() - from.size());
        typed += mappings_[index + 1];
        return;
    }
}

void Editor::set_mapping(char kind, bool remove, std::string_view arguments) {
    size_t end = std::min(arguments.find_first_of(" \t"), arguments.size());
    size_t begin = std::min(arguments.find_first_not_of(" \t", end), arguments.size());
    std::string from = kind + std::string(arguments.substr(0, end)), to(arguments.substr(begin)), list;
    size_t index = 0;
    for (; index < mappings_.size() && mappings_[index] != from; index += 2)
        if (mappings_[index].starts_with(kind)) {
            list += mappings_[index].c_str() + 1;
            list += ' ';
            list += mappings_[index + 1];
            list += "  ";
        }
    if (!remove && to.empty()) return say("%s", list.c_str());
    if (remove && index == mappings_.size()) return complain("No such mapping");
    if (index == mappings_.size()) mappings_.resize(index + 2);
    mappings_[index] = remove ? "" : from; // an empty one is never found
    mappings_[index + 1] = std::move(to);
}

} // namespace coreutils::vi
