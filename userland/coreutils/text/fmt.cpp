// fmt: fills paragraphs, choosing all line breaks of a paragraph together so that the sum of their costs is
// least (widows, orphans, ragged ends, breaks inside sentences), with GNU's options and costs. Widths are
// columns. A paragraph of more than kMostWords words is given out in parts.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "lib/utf8.h"

#include <ctype.h>
#include <string.h>
#include <string>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'c', "crown-margin", nullptr, "preserve indentation of first two lines"},
    {'p', "prefix", "STRING", "reformat only lines beginning with STRING, reattaching the prefix"},
    {'s', "split-only", nullptr, "split long lines, but do not refill"},
    {'t', "tagged-paragraph", nullptr, "indentation of first line different from second"},
    {'u', "uniform-spacing", nullptr, "one space between words, two after sentences"},
    {'w', "width", "WIDTH", "maximum line width (default of 75 columns)"},
    {'g', "goal", "WIDTH", "goal width (default of 93% of width)"},
    {kNumberOption, nullptr, "NUM", "the same as -w NUM"},
};

struct Settings {
    bool crown = false, split = false, tagged = false, uniform = false;
    long width = 75, goal = 0;
    std::string prefix; // without the blanks around it
    long prefix_lead = 0, prefix_width = 0, prefix_full_width = 0;
};

constexpr long square(long n) { return n * n; }
constexpr long kLineCost = square(70), kNoBreakCost = square(600), kSentenceBonus = square(50),
               kParenthesisBonus = square(40), kPunctuationBonus = square(40), kLineCredit = square(3),
               kEndless = INT64_MAX;
constexpr size_t kMostWords = 998, kTabIndent = 3;
constexpr long short_cost(long n) { return square(n * 10); }
constexpr long ragged_cost(long n) { return short_cost(n) / 2; }

struct Word {
    std::string text;
    long width = 0, space = 0; // of the blanks behind it
    bool opens = false, closes_sentence = false, has_period = false, has_punctuation = false;
    long cost = 0, line_width = 0; // of the best lines from this word on
    size_t next_break = 0;
};

class Formatter {
public:
    Formatter(const Settings& settings, Input& input) : settings_(settings), input_(input) {}

    void run() {
        next_line();
        while (next_paragraph()) {
            words_.back().has_period = words_.back().closes_sentence = true;
            choose_breaks();
            put_lines(words_.size());
            words_.clear();
            last_line_width_ = 0;
        }
    }

private:
    // Reads a line and its indentation; `rest_` becomes what follows the prefix and its blanks.
    void next_line() {
        auto line = input_.next_line('\n', &line_ended_);
        at_end_ = !line;
        if (at_end_) return;
        line_ = *line;
        rest_ = line_;
        column_ = 0;
        skip_blanks();
        next_prefix_indent_ = settings_.prefix.empty() ? std::min(settings_.prefix_lead, column_) : column_;
        prefix_found_ = settings_.prefix.empty() || rest_.starts_with(settings_.prefix);
        if (settings_.prefix.empty()) return;
        if (prefix_found_) {
            rest_.remove_prefix(settings_.prefix.size());
            column_ += settings_.prefix_width;
            skip_blanks();
        }
    }

    void skip_blanks() {
        while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t')) {
            if (rest_[0] == '\t') has_tabs_ = true;
            column_ = rest_[0] == '\t' ? (column_ / 8 + 1) * 8 : column_ + 1;
            rest_.remove_prefix(1);
        }
    }

    bool is_text() const {
        return !at_end_ && !rest_.empty() && prefix_found_ && next_prefix_indent_ >= settings_.prefix_lead &&
               column_ >= next_prefix_indent_ + settings_.prefix_full_width;
    }
    bool continues() const { return is_text() && next_prefix_indent_ == prefix_indent_; }

    // Lines that are no text go out as they are; then the words of one paragraph are collected.
    bool next_paragraph() {
        while (!is_text()) {
            if (at_end_) return false;
            bool blank = rest_.empty() &&
                         (settings_.prefix.empty() || line_.find_first_not_of(" \t") == std::string::npos);
            if (!blank) out.write(std::string_view(line_).substr(0, line_.find_last_not_of(" \t") + 1));
            out.put('\n');
            next_line();
        }
        prefix_indent_ = next_prefix_indent_;
        first_indent_ = other_indent_ = column_;
        take_words();
        choose_other_indent();
        if (settings_.split) return true;
        if (settings_.tagged && !(continues() && column_ != first_indent_)) return true;
        while (continues() && column_ == other_indent_) take_words();
        return true;
    }

    void choose_other_indent() {
        if (settings_.split) {
            other_indent_ = first_indent_;
        } else if (settings_.crown) {
            other_indent_ = continues() ? column_ : first_indent_;
        } else if (settings_.tagged) {
            if (continues() && column_ != first_indent_)
                other_indent_ = column_;
            else
                other_indent_ = first_indent_ == 0 ? static_cast<long>(kTabIndent) : 0;
        }
    }

    void take_words() {
        while (!rest_.empty()) {
            Word word;
            size_t end = std::min(rest_.find_first_of(" \t"), rest_.size());
            word.text = rest_.substr(0, end);
            rest_.remove_prefix(end);
            word.width = static_cast<long>(display_width(word.text));
            column_ += word.width;
            classify(word);
            long begin = column_;
            skip_blanks();
            word.space = column_ - begin;
            word.closes_sentence = word.has_period && (rest_.empty() || word.space > 1);
            if (rest_.empty() || settings_.uniform) word.space = word.closes_sentence ? 2 : 1;
            if (words_.size() == kMostWords) give_out_part();
            words_.push_back(std::move(word));
        }
        next_line();
    }

    static void classify(Word& word) {
        std::string_view text = word.text;
        word.opens = strchr("(['`\"", text[0]) != nullptr;
        word.has_punctuation = ispunct(static_cast<unsigned char>(text.back()));
        while (text.size() > 1 && strchr(")]'\"", text.back())) text.remove_suffix(1);
        word.has_period = strchr(".?!", text.back()) != nullptr;
    }

    long break_cost(size_t at) const {
        const Word& word = words_[at];
        long cost = kLineCost;
        if (at > 0) {
            const Word& before = words_[at - 1];
            if (before.has_period)
                cost += before.closes_sentence ? -kSentenceBonus : kNoBreakCost;
            else if (before.has_punctuation)
                cost -= kPunctuationBonus;
            else if (at > 1 && words_[at - 2].closes_sentence)
                cost += square(200) / (before.width + 2); // a widow
        }
        if (word.opens)
            cost -= kParenthesisBonus;
        else if (word.closes_sentence)
            cost += square(150) / (word.width + 2); // an orphan
        return cost;
    }

    long line_cost(size_t next, long width) const {
        if (next == words_.size()) return 0;
        long cost = short_cost(settings_.goal - width);
        if (words_[next].next_break != words_.size()) cost += ragged_cost(width - words_[next].line_width);
        return cost;
    }

    // From the last word to the first: the cheapest way to break what begins there.
    void choose_breaks() {
        size_t count = words_.size();
        for (size_t start = count; start-- > 0;) {
            long best = kEndless, width = (start == 0 ? first_indent_ : other_indent_) + words_[start].width;
            size_t at = start;
            do {
                ++at;
                long cost = line_cost(at, width) + (at < count ? words_[at].cost : 0);
                if (start == 0 && last_line_width_ > 0) cost += ragged_cost(width - last_line_width_);
                if (cost < best) {
                    best = cost;
                    words_[start].next_break = at;
                    words_[start].line_width = width;
                }
                if (at == count) break;
                width += words_[at - 1].space + words_[at].width;
            } while (width < settings_.width);
            words_[start].cost = best + break_cost(start);
        }
    }

    // Gives out the lines up to the break that costs least, to go on with the rest.
    void give_out_part() {
        choose_breaks();
        size_t split = words_.size();
        long best = kEndless;
        for (size_t at = words_[0].next_break; at < words_.size(); at = words_[at].next_break) {
            long cost = words_[at].cost -
                        (words_[at].next_break < words_.size() ? words_[words_[at].next_break].cost : 0);
            if (cost < best) {
                split = at;
                best = cost;
            }
            if (best <= kEndless - kLineCredit) best += kLineCredit;
        }
        put_lines(split);
        words_.erase(words_.begin(), words_.begin() + static_cast<ptrdiff_t>(split));
        first_indent_ = other_indent_;
    }

    void put_lines(size_t end) {
        for (size_t at = 0; at < end; at = words_[at].next_break) {
            out_column_ = 0;
            put_space(prefix_indent_);
            out.write(settings_.prefix);
            out_column_ += settings_.prefix_width;
            put_space((at == 0 ? first_indent_ : other_indent_) - out_column_);
            size_t last = words_[at].next_break - 1;
            for (size_t index = at; index <= last; ++index) {
                out.write(words_[index].text);
                out_column_ += words_[index].width;
                if (index < last) put_space(words_[index].space);
            }
            last_line_width_ = out_column_;
            out.put('\n');
        }
    }

    void put_space(long count) {
        if (count <= 0) return;
        long target = out_column_ + count;
        if (has_tabs_ && out_column_ + 1 < target / 8 * 8)
            for (; out_column_ < target / 8 * 8; out_column_ = (out_column_ / 8 + 1) * 8) out.put('\t');
        for (; out_column_ < target; ++out_column_) out.put(' ');
    }

    const Settings& settings_;
    Input& input_;
    std::string line_;
    std::string_view rest_;
    bool at_end_ = false, line_ended_ = true, prefix_found_ = false, has_tabs_ = false;
    long column_ = 0, next_prefix_indent_ = 0, prefix_indent_ = 0;
    long first_indent_ = 0, other_indent_ = 0, last_line_width_ = 0, out_column_ = 0;
    std::vector<Word> words_;
};

void set_prefix(Settings& settings, std::string_view text) {
    while (text.starts_with(' ')) {
        ++settings.prefix_lead;
        text.remove_prefix(1);
    }
    settings.prefix_full_width = static_cast<long>(display_width(text));
    while (text.ends_with(' ')) text.remove_suffix(1);
    settings.prefix = text;
    settings.prefix_width = static_cast<long>(display_width(text));
}

long width_of(const char* text, uint64_t most) {
    auto value = parse_unsigned(text);
    if (!value || *value > most) die(1, "invalid width: '%s'", text);
    return static_cast<long>(*value);
}

int run(Arguments& arguments) {
    constexpr uint64_t kMostWidth = 2500;
    Settings settings;
    const char* width = nullptr;
    const char* goal = nullptr;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'c':
            settings.crown = true;
            break;
        case 'p':
            set_prefix(settings, arguments.value());
            break;
        case 's':
            settings.split = true;
            break;
        case 't':
            settings.tagged = true;
            break;
        case 'u':
            settings.uniform = true;
            break;
        case 'w':
        case kNumberOption:
            width = arguments.value();
            break;
        case 'g':
            goal = arguments.value();
            break;
        }
    }
    if (width) settings.width = width_of(width, kMostWidth);
    if (goal) {
        settings.goal = width_of(goal, width ? static_cast<uint64_t>(settings.width) : kMostWidth);
        if (!width) settings.width = settings.goal + 10;
    } else {
        settings.goal = settings.width * (2 * (100 - 7) + 1) / 200;
    }
    return for_each_input(arguments.operands(),
                          [&](Input& input, const char*) { Formatter(settings, input).run(); });
}

constexpr Tool kTool = {
    .name = "fmt",
    .synopsis = "[-WIDTH] [OPTION]... [FILE]...",
    .summary = "Reformat each paragraph in the FILE(s), writing to standard output.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
