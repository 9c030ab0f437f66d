// Where the lexer's characters come from: a base source that delivers more text on demand, with alias values and
// pushed-back text stacked on top of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sh {

struct Alias;

// Whether the text asked for begins a command ($PS1) or continues one ($PS2).
enum class PromptKind : uint8_t { primary, continuation };

class InputSource {
public:
    InputSource() = default;
    InputSource(const InputSource&) = delete;
    InputSource& operator=(const InputSource&) = delete;
    virtual ~InputSource() = default;

    // Appends more text; false at the end of input.
    virtual bool read_more(std::string& buffer, PromptKind prompt) = 0;
    // True when the user abandoned the line (^C): the parser forgets what it has.
    virtual bool was_interrupted() { return false; }
};

class StringSource : public InputSource {
public:
    explicit StringSource(std::string_view text) : text_(text) {}
    bool read_more(std::string& buffer, PromptKind prompt) override;

private:
    std::string_view text_;
};

// A script file, read in blocks and delivered by lines (for `set -v`); owns the descriptor.
class FileSource : public InputSource {
public:
    explicit FileSource(int descriptor) : descriptor_(descriptor) {}
    ~FileSource() override;
    bool read_more(std::string& buffer, PromptKind prompt) override;

private:
    int descriptor_;
    std::string block_;
    size_t position_ = 0;
};

// Standard input without a terminal: never reads beyond the line it delivers, so that commands can read the
// rest (POSIX.1-2017 sh, STDIN).
class StandardInputSource : public InputSource {
public:
    bool read_more(std::string& buffer, PromptKind prompt) override;
};

class Input {
public:
    static constexpr int kEnd = -1;

    explicit Input(InputSource& source, uint32_t first_line = 1) : source_(source), line_(first_line) {}
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;
    ~Input();

    int peek() { return frames_.empty() && position_ < buffer_.size() ? byte(buffer_[position_]) : peek_slow(); }
    int peek_second();
    int get() {
        int c = peek();
        if (c != kEnd)
            advance(c);
        return c;
    }

    void push_alias(Alias& alias);
    // The text is read again; `line` is the line it starts at.
    void push_back(std::string text, uint32_t line);
    // Aliases whose text has been read may be expanded again from the next token on.
    void release_finished_aliases();
    // The next token is still part of what the aliases became.
    void keep_finished_aliases() { keep_aliases_ = true; }
    // At the first character of a token that stands behind all alias values: those may be expanded in it.
    void release_aliases_behind() {
        if (frames_.empty() && !finished_aliases_.empty())
            release_finished_aliases();
    }
    // True once after the end of an alias value that ends in a blank.
    bool take_blank_after_alias() { return std::exchange(blank_after_alias_, false); }

    // Between complete commands: forget consumed text, prompt with $PS1 next.
    void begin_command();
    // Drops whatever is left of the current line, after a syntax error on a terminal.
    void discard_line();

    // The terminal may deliver more after an end of file that was not taken as one.
    void resume_after_end() { ended_ = false; }

    uint32_t line() const { return line_; }
    // The user gave the command up; the input has ended until the next begin_command().
    bool was_interrupted() const { return interrupted_; }

    size_t start_recording();
    std::string stop_recording(size_t start);

private:
    struct Frame {
        std::string text;
        size_t position = 0;
        Alias* alias = nullptr;
    };

    static int byte(char c) { return static_cast<unsigned char>(c); }
    int peek_slow();
    void advance(int c);
    bool refill();

    InputSource& source_;
    std::string buffer_;
    size_t position_ = 0;
    std::vector<Frame> frames_;
    std::vector<Alias*> finished_aliases_;
    std::string recording_;
    uint32_t line_;
    uint32_t recorders_ = 0;
    PromptKind prompt_ = PromptKind::primary;
    bool blank_after_alias_ = false;
    bool ended_ = false;
    bool interrupted_ = false;
    bool keep_aliases_ = false;
};

}  // namespace sh
