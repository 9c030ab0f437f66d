#include "syntax/input.hpp"

#include <cerrno>
#include <cstring>
#include <unistd.h>

#include "state/aliases.hpp"

namespace sh {

namespace {

// Text never contains NUL bytes: they could not reach an argument or a variable anyway.
void append_without_nul(std::string& buffer, const char* data, size_t size) {
    while (size > 0) {
        const char* nul = static_cast<const char*>(memchr(data, 0, size));
        size_t run = nul ? static_cast<size_t>(nul - data) : size;
        buffer.append(data, run);
        size_t used = nul ? run + 1 : run;
        data += used;
        size -= used;
    }
}

ssize_t read_retrying(int descriptor, char* to, size_t size) {
    ssize_t count;
    do
        count = read(descriptor, to, size);
    while (count < 0 && errno == EINTR);
    return count;
}

}  // namespace

bool StringSource::read_more(std::string& buffer, PromptKind) {
    if (text_.empty())
        return false;
    append_without_nul(buffer, text_.data(), text_.size());
    text_ = {};
    return true;
}

FileSource::~FileSource() {
    close(descriptor_);
}

bool FileSource::read_more(std::string& buffer, PromptKind) {
    bool any = false;
    for (;;) {
        if (position_ == block_.size()) {
            block_.resize(4096);
            position_ = 0;
            ssize_t count = read_retrying(descriptor_, block_.data(), block_.size());
            block_.resize(count > 0 ? static_cast<size_t>(count) : 0);
            if (count <= 0)
                return any;
        }
        size_t newline = block_.find('\n', position_);
        size_t end = newline == std::string::npos ? block_.size() : newline + 1;
        append_without_nul(buffer, block_.data() + position_, end - position_);
        position_ = end;
        any = true;
        if (newline != std::string::npos)
            return true;
    }
}

bool StandardInputSource::read_more(std::string& buffer, PromptKind) {
    bool seekable = lseek(STDIN_FILENO, 0, SEEK_CUR) >= 0;
    char block[1024];
    bool any = false;
    for (;;) {
        ssize_t count = read_retrying(STDIN_FILENO, block, seekable ? sizeof(block) : 1);
        if (count <= 0)
            return any;
        any = true;
        const char* newline = static_cast<const char*>(memchr(block, '\n', static_cast<size_t>(count)));
        if (!newline) {
            append_without_nul(buffer, block, static_cast<size_t>(count));
            continue;
        }
        ssize_t used = newline + 1 - block;
        if (used < count)
            lseek(STDIN_FILENO, used - count, SEEK_CUR);
        append_without_nul(buffer, block, static_cast<size_t>(used));
        return true;
    }
}

Input::~Input() {
    for (Frame& frame : frames_)
        if (frame.alias)
            frame.alias->in_use = false;
    keep_aliases_ = false;
    release_finished_aliases();
}

bool Input::refill() {
    if (ended_ || interrupted_)
        return false;
    if (!source_.read_more(buffer_, prompt_)) {
        ended_ = !(interrupted_ = source_.was_interrupted());
        return false;
    }
    prompt_ = PromptKind::continuation;
    return position_ < buffer_.size() || refill();
}

int Input::peek_slow() {
    while (!frames_.empty()) {
        Frame& frame = frames_.back();
        if (frame.position < frame.text.size())
            return byte(frame.text[frame.position]);
        if (frame.alias) {
            if (!frame.text.empty() && (frame.text.back() == ' ' || frame.text.back() == '\t'))
                blank_after_alias_ = true;
            finished_aliases_.push_back(frame.alias);
        }
        frames_.pop_back();
    }
    if (position_ >= buffer_.size() && !refill())
        return kEnd;
    return byte(buffer_[position_]);
}

int Input::peek_second() {
    if (peek() == kEnd)
        return kEnd;
    size_t skip = 1;
    for (size_t i = frames_.size(); i-- > 0;) {
        const Frame& frame = frames_[i];
        if (frame.position + skip < frame.text.size())
            return byte(frame.text[frame.position + skip]);
        skip -= frame.text.size() - frame.position;
    }
    while (position_ + skip >= buffer_.size())
        if (!refill())
            return kEnd;
    return byte(buffer_[position_ + skip]);
}

void Input::advance(int c) {
    if (frames_.empty())
        ++position_;
    else
        ++frames_.back().position;
    if (c == '\n' && (frames_.empty() || !frames_.back().alias))
        ++line_;
    if (recorders_ > 0)
        recording_.push_back(static_cast<char>(c));
}

void Input::push_alias(Alias& alias) {
    alias.in_use = true;
    frames_.push_back({alias.value, 0, &alias});
}

void Input::push_back(std::string text, uint32_t line) {
    line_ = line;
    frames_.push_back({std::move(text), 0, nullptr});
}

void Input::release_finished_aliases() {
    if (std::exchange(keep_aliases_, false))
        return;
    for (Alias* alias : finished_aliases_)
        alias->in_use = false;
    finished_aliases_.clear();
}

void Input::begin_command() {
    if (position_ >= buffer_.size()) {
        buffer_.clear();
        position_ = 0;
        // Text that was exceptionally long is not kept.
        if (buffer_.capacity() > 65536)
            buffer_.shrink_to_fit();
    } else if (position_ > 65536) {
        buffer_.erase(0, position_);
        position_ = 0;
    }
    prompt_ = PromptKind::primary;
    interrupted_ = false;
    blank_after_alias_ = false;
}

void Input::discard_line() {
    for (Frame& frame : frames_)
        if (frame.alias)
            finished_aliases_.push_back(frame.alias);
    frames_.clear();
    keep_aliases_ = false;
    release_finished_aliases();
    size_t newline = buffer_.find('\n', position_);
    position_ = newline == std::string::npos ? buffer_.size() : newline + 1;
}

size_t Input::start_recording() {
    if (recorders_++ == 0)
        recording_.clear();
    return recording_.size();
}

std::string Input::stop_recording(size_t start) {
    --recorders_;
    return recording_.substr(start);
}

}  // namespace sh
