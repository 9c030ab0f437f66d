// {a,b} and {1..9}: purely textual, before every other expansion. Braces that do not close, and pairs without
// a comma or a sequence, are text. A word that goes beyond the limits below stays as it is written.
#include <charconv>

#include "base/text.hpp"
#include "syntax/parser.hpp"

namespace sh {

namespace {

constexpr size_t kMostWords = 100'000;
constexpr size_t kMostParts = 2'000'000;  // of all these words
constexpr size_t kMostLevels = 1'000;

using Parts = std::vector<WordPart>;

bool sequence_items(std::string_view text, std::vector<std::string>& items) {
    size_t dots = text.find("..");
    std::string_view first = text.substr(0, dots);
    std::string_view last = text.substr(dots + 2);
    int64_t step = 0;
    if (size_t more = last.find(".."); more != std::string_view::npos) {
        auto value = parse_integer(last.substr(more + 2));
        if (!value)
            return false;
        step = *value < 0 ? -*value : *value;
        last = last.substr(0, more);
    }
    bool letters = first.size() == 1 && last.size() == 1 && is_name_start(first[0]) && is_name_start(last[0]);
    auto from = letters ? std::optional<int64_t>(first[0]) : parse_integer(first);
    auto to = letters ? std::optional<int64_t>(last[0]) : parse_integer(last);
    if (!from || !to)
        return false;
    if (step == 0)
        step = 1;
    uint64_t distance = *from < *to ? static_cast<uint64_t>(*to) - static_cast<uint64_t>(*from)
                                    : static_cast<uint64_t>(*from) - static_cast<uint64_t>(*to);
    uint64_t count = distance / static_cast<uint64_t>(step) + 1;
    if (count > kMostWords)
        return false;
    bool padded = !letters && ((first.size() > 1 && first[0] == '0') || (last.size() > 1 && last[0] == '0'));
    size_t width = padded ? std::max(first.size(), last.size()) : 0;
    int64_t value = *from;
    for (uint64_t i = 0; i < count; ++i) {
        std::string item = letters ? std::string(1, static_cast<char>(value)) : number_text(value);
        if (item.size() < width)
            item.insert(item[0] == '-' ? 1 : 0, width - item.size(), '0');
        items.push_back(item);
        value = *from < *to ? value + step : value - step;
    }
    return true;
}

// The words that a stretch of text stands for: one, until it holds braces that expand.
class Words {
public:
    size_t size() const { return words_.size(); }
    std::vector<Parts>& list() { return words_; }

    void append(const WordPart& part) {
        for (Parts& word : words_)
            word.push_back(part);
        part_count_ += words_.size();
    }

    // Every word followed by every word of `tails`. False if that were too many.
    bool append_each(Words&& tails) {
        size_t parts = part_count_ * tails.size() + tails.part_count_ * size();
        if (size() > kMostWords / tails.size() || parts > kMostParts)
            return false;
        if (part_count_ == 0 && size() == 1) {
            *this = std::move(tails);
            return true;
        }
        std::vector<Parts> product;
        product.reserve(size() * tails.size());
        for (const Parts& word : words_) {
            for (const Parts& tail : tails.words_) {
                Parts& joined = product.emplace_back();
                joined.reserve(word.size() + tail.size());
                joined.insert(joined.end(), word.begin(), word.end());
                joined.insert(joined.end(), tail.begin(), tail.end());
            }
        }
        words_ = std::move(product);
        part_count_ = parts;
        return true;
    }

    // The words of another alternative.
    bool add(Words&& others) {
        part_count_ += others.part_count_;
        words_.insert(words_.end(), std::make_move_iterator(others.words_.begin()),
                      std::make_move_iterator(others.words_.end()));
        return words_.size() <= kMostWords && part_count_ <= kMostParts;
    }

    // Text that is the only thing yet: what may be a sequence.
    std::string_view only_text() const {
        bool one = words_.size() == 1 && words_[0].size() == 1 && words_[0][0].kind == PartKind::text &&
                   words_[0][0].quoting != Quoting::quoted;
        return one ? words_[0][0].text : std::string_view();
    }

private:
    std::vector<Parts> words_ = std::vector<Parts>(1);
    size_t part_count_ = 0;
};

// Reads a word once from left to right; each `{` opens a level, whose alternatives its commas part.
class BraceReader {
public:
    explicit BraceReader(Arena& arena) : arena_(arena) { open(); }

    // False if the word has nothing to expand, or too much.
    bool read(const Word& word) {
        for (const WordPart& part : word.parts) {
            if (part.kind != PartKind::text || part.quoting == Quoting::quoted)
                current().append(part);
            else if (!read_text(part))
                return false;
        }
        while (levels_.size() > 1) {
            if (!close_as_text(""))
                return false;
        }
        return expanded_;
    }

    std::vector<Parts>& words() { return current().list(); }

private:
    using Level = std::vector<Words>;

    Words& current() { return levels_.back().back(); }
    void open() { levels_.emplace_back(1); }

    bool read_text(const WordPart& part) {
        std::string_view text = part.text;
        size_t run = 0;
        auto end_run = [&](size_t end) {
            if (end > run) {
                WordPart piece = part;
                piece.text = text.substr(run, end - run);
                current().append(piece);
            }
            run = end + 1;
        };
        for (size_t i = 0; i < text.size(); ++i) {
            bool inside = levels_.size() > 1;
            if (text[i] == '{') {
                end_run(i);
                if (levels_.size() > kMostLevels)
                    return false;
                open();
            } else if (text[i] == ',' && inside) {
                end_run(i);
                levels_.back().emplace_back();
            } else if (text[i] == '}' && inside) {
                end_run(i);
                if (!close())
                    return false;
            }
        }
        end_run(text.size());
        return true;
    }

    bool close() {
        Level& level = levels_.back();
        std::vector<std::string> items;
        bool sequence = level.size() == 1 && level[0].only_text().find("..") != std::string_view::npos &&
                        sequence_items(level[0].only_text(), items);
        if (level.size() == 1 && !sequence)
            return close_as_text("}");
        expanded_ = true;
        Words all;
        all.list().clear();
        for (const std::string& item : items) {
            Words word;
            word.append({.text = arena_.copy(item)});
            if (!all.add(std::move(word)))
                return false;
        }
        for (size_t i = 0; !sequence && i < level.size(); ++i) {
            if (!all.add(std::move(level[i])))
                return false;
        }
        levels_.pop_back();
        return current().append_each(std::move(all));
    }

    // The level's braces and commas stand for themselves.
    bool close_as_text(std::string_view closing) {
        Level level = std::move(levels_.back());
        levels_.pop_back();
        std::string_view mark = "{";
        for (Words& words : level) {
            current().append({.text = mark});
            if (!current().append_each(std::move(words)))
                return false;
            mark = ",";
        }
        if (!closing.empty())
            current().append({.text = closing});
        return true;
    }

    Arena& arena_;
    std::vector<Level> levels_;
    bool expanded_ = false;
};

// Neighbours of one kind become one literal again.
std::span<const WordPart> join_literals(Arena& arena, const Parts& parts) {
    Parts joined;
    for (size_t i = 0; i < parts.size();) {
        size_t end = i + 1;
        while (parts[i].kind == PartKind::text && end < parts.size() && parts[end].kind == PartKind::text &&
               parts[end].quoting == parts[i].quoting) {
            ++end;
        }
        WordPart& part = joined.emplace_back(parts[i]);
        if (end > i + 1) {
            std::string text;
            for (size_t each = i; each < end; ++each)
                text += parts[each].text;
            part.text = arena.copy(text);
        }
        i = end;
    }
    return arena.copy(joined);
}

}  // namespace

bool expand_braces(Arena& arena, const Word& word, std::vector<const Word*>& words) {
    BraceReader reader(arena);
    if (!reader.read(word))
        return false;
    for (const Parts& parts : reader.words())
        words.push_back(arena.make<Word>(join_literals(arena, parts)));
    return true;
}

}  // namespace sh
