// :map, :map! and :abbreviate (POSIX.1-2017 ex): keys that stand for others, and words for longer text.
#include "vi/editor.h"

#include <ctype.h>

namespace coreutils::vi {
namespace {

constexpr int kLongerMs = 1000; // how long the next key of a longer one is waited for
constexpr size_t kMostInARow = 1000;

bool is_word_byte(char byte) { return isalnum(static_cast<unsigned char>(byte)) || byte == '_' || (byte & 0x80); }

} // namespace

const Editor::Mapping* Editor::read_mapping(MappingKind kind, std::vector<int>& keys, size_t& length) {
    const Mapping* found = nullptr;
    std::string text = text_of_key(keys[0]);
    for (bool longer = !text.empty(); longer;) {
        longer = false;
        for (const Mapping& each : mappings_) {
            if (each.kind != kind || !each.from.starts_with(text)) continue;
            if (each.from.size() == text.size())
                found = &each, length = keys.size();
            else
                longer = true;
        }
        if (!longer) break;
        int key = next_key(kLongerMs);
        if (key == kKeyNone) break;
        keys.push_back(key);
        text += text_of_key(key);
    }
    return found;
}

int Editor::mapped_key(MappingKind kind) {
    for (size_t expanded = 0;; ++expanded) {
        const size_t typed = typed_.size();
        std::vector<int> keys = {next_key()};
        if (unmapped_ > 0) {
            --unmapped_;
            return keys[0];
        }
        if (mappings_.empty() || replaying_) return keys[0];
        size_t length = 1;
        const Mapping* mapping = read_mapping(kind, keys, length);
        // The keys behind it are typed again.
        typed_.resize(typed + (mapping ? 0 : 1));
        for (; keys.size() > length; keys.pop_back()) pending_.push_back(keys.back());
        if (!mapping) return keys[0];
        feed(keys_of(mapping->to));
        if (mapping->to.starts_with(mapping->from)) unmapped_ = length; // it may contain itself in front
        if (expanded == kMostInARow) {
            complain("The mapping has no end");
            pending_.clear();
            return kEscape;
        }
    }
}

void Editor::expand_abbreviation(std::string& typed) {
    for (const Mapping& each : mappings_) {
        const std::string& from = each.from;
        if (each.kind != MappingKind::abbreviation || !typed.ends_with(from) || cursor_.column < from.size()) continue;
        size_t begin = cursor_.column - from.size();
        if (begin > 0 && is_word_byte(buffer_.line(cursor_.line)[begin - 1]) && is_word_byte(from[0])) continue;
        while (cursor_.column > begin) erase_before_cursor();
        insert_text(each.to);
        typed.resize(typed.size() - from.size());
        typed += each.to;
        return;
    }
}

// Without a right side the mappings are listed.
void Editor::set_mapping(MappingKind kind, bool remove, std::string_view arguments) {
    size_t end = std::min(arguments.find_first_of(" \t"), arguments.size());
    size_t begin = std::min(arguments.find_first_not_of(" \t", end), arguments.size());
    std::string from(arguments.substr(0, end)), to(arguments.substr(begin)), list;
    auto known = mappings_.end();
    for (auto each = mappings_.begin(); each != mappings_.end(); ++each) {
        if (each->kind != kind) continue;
        if (each->from == from) known = each;
        list += each->from + ' ' + each->to + "  ";
    }
    if (remove && known == mappings_.end()) return complain("No such mapping");
    if (remove) {
        mappings_.erase(known);
    } else if (to.empty()) {
        say("%s", list.c_str());
    } else if (known != mappings_.end()) {
        known->to = std::move(to);
    } else {
        mappings_.push_back({kind, std::move(from), std::move(to)});
    }
}

} // namespace coreutils::vi
