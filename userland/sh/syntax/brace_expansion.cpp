// {a,b} and {1..9}: purely textual, before every other expansion.
#include <charconv>

#include "base/text.hpp"
#include "syntax/parser.hpp"

namespace sh {

namespace {

// A position in the unquoted literal text of a word.
struct Place {
    size_t part;
    size_t offset;
};

struct Braces {
    Place open;
    std::vector<Place> commas;
    Place close;
};

// The first balanced `{…}` that has a comma at its level, or a sequence in its only part.
bool find_braces(const Word& word, Braces& found, Place from) {
    for (size_t p = from.part; p < word.parts.size(); ++p) {
        const WordPart& part = word.parts[p];
        if (part.kind != PartKind::text || part.quoting == Quoting::quoted)
            continue;
        for (size_t i = p == from.part ? from.offset : 0; i < part.text.size(); ++i) {
            if (part.text[i] != '{')
                continue;
            Braces braces{{p, i}, {}, {}};
            int depth = 0;
            for (size_t q = p; q < word.parts.size(); ++q) {
                const WordPart& inner = word.parts[q];
                if (inner.kind != PartKind::text || inner.quoting == Quoting::quoted)
                    continue;
                for (size_t j = q == p ? i + 1 : 0; j < inner.text.size(); ++j) {
                    char c = inner.text[j];
                    if (c == '{') {
                        ++depth;
                    } else if (c == ',' && depth == 0) {
                        braces.commas.push_back({q, j});
                    } else if (c == '}' && depth-- == 0) {
                        braces.close = {q, j};
                        bool sequence = q == p && part.text.substr(i, j - i).find("..") != std::string_view::npos;
                        if (braces.commas.empty() && !sequence)
                            goto next_brace;
                        found = braces;
                        return true;
                    }
                }
            }
        next_brace:;
        }
    }
    return false;
}

// Appends the parts of `word` from `from` up to but not including `to`.
void append_range(std::vector<WordPart>& parts, const Word& word, Place from, Place to) {
    for (size_t p = from.part; p < word.parts.size() && p <= to.part; ++p) {
        WordPart part = word.parts[p];
        bool literal = part.kind == PartKind::text && part.quoting == Quoting::bare;
        size_t begin = p == from.part ? from.offset : 0;
        size_t end = p == to.part ? to.offset : part.text.size();
        if (literal) {
            part.text = part.text.substr(begin, end - begin);
            if (part.text.empty())
                continue;
            // Neighbours are joined, so that the result is one literal again.
        } else if (p == to.part) {
            break;
        }
        parts.push_back(part);
    }
}

constexpr size_t kMostSequenceWords = 100000;

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
    if (count > kMostSequenceWords)
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

void join_literals(Arena& arena, std::vector<WordPart>& parts) {
    std::vector<WordPart> joined;
    for (const WordPart& part : parts) {
        if (!joined.empty() && part.kind == PartKind::text && joined.back().kind == PartKind::text &&
            part.quoting == joined.back().quoting) {
            joined.back().text = arena.copy(std::string(joined.back().text) + std::string(part.text));
        } else {
            joined.push_back(part);
        }
    }
    parts = std::move(joined);
}

}  // namespace

bool expand_braces(Arena& arena, const Word& word, std::vector<const Word*>& words) {
    Braces braces;
    Place from{0, 0};
    std::vector<std::string> items;
    for (;;) {
        if (!find_braces(word, braces, from))
            return false;
        if (!braces.commas.empty())
            break;
        std::string_view text = word.parts[braces.open.part].text;
        text = text.substr(braces.open.offset + 1, braces.close.offset - braces.open.offset - 1);
        if (sequence_items(text, items))
            break;
        from = {braces.open.part, braces.open.offset + 1};
    }
    if (words.size() > kMostSequenceWords)
        return false;
    const Place start{0, 0};
    const Place end{word.parts.size(), 0};
    const Place after{braces.close.part, braces.close.offset + 1};
    size_t alternatives = braces.commas.empty() ? items.size() : braces.commas.size() + 1;
    Place begin{braces.open.part, braces.open.offset + 1};
    for (size_t i = 0; i < alternatives; ++i) {
        std::vector<WordPart> parts;
        append_range(parts, word, start, braces.open);
        if (braces.commas.empty()) {
            parts.push_back({.text = arena.copy(items[i])});
        } else {
            Place stop = i < braces.commas.size() ? braces.commas[i] : braces.close;
            append_range(parts, word, begin, stop);
            begin = {stop.part, stop.offset + 1};
        }
        append_range(parts, word, after, end);
        join_literals(arena, parts);
        const Word* expanded = arena.make<Word>(arena.copy(parts));
        if (!expand_braces(arena, *expanded, words))
            words.push_back(expanded);
    }
    return true;
}

}  // namespace sh
