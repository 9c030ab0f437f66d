// Collects the parts of one word while it is being read.
#pragma once

#include <string>
#include <vector>

#include "base/arena.hpp"
#include "syntax/ast.hpp"

namespace sh {

class WordBuilder {
public:
    explicit WordBuilder(Arena& arena) : arena_(arena) {}

    void add(char c, Quoting quoting) {
        if (quoting != quoting_)
            flush();
        quoting_ = quoting;
        text_.push_back(c);
    }
    void add(std::string_view text, Quoting quoting) {
        for (char c : text)
            add(c, quoting);
    }
    // Makes the word exist even when the quotes are empty.
    void add_empty_quotes() {
        flush();
        parts_.push_back({.kind = PartKind::text, .quoting = Quoting::quoted});
    }
    void add(const WordPart& part) {
        flush();
        parts_.push_back(part);
    }
    size_t size() const { return parts_.size() + (text_.empty() ? 0 : 1); }
    bool empty() const { return size() == 0; }

    // True when nothing but unquoted literal text has been read; `text` is that text.
    bool is_bare_so_far() const { return parts_.empty() && quoting_ == Quoting::bare; }
    std::string_view text() const { return text_; }

    const Word* finish() {
        flush();
        return arena_.make<Word>(arena_.copy(parts_));
    }
    void finish_into(Word& word) {
        flush();
        word.parts = arena_.copy(parts_);
    }

private:
    void flush() {
        if (text_.empty())
            return;
        parts_.push_back({.kind = PartKind::text, .quoting = quoting_, .text = arena_.copy(text_)});
        text_.clear();
    }

    Arena& arena_;
    std::vector<WordPart> parts_;
    std::string text_;
    Quoting quoting_ = Quoting::bare;
};

}  // namespace sh
