// The input of sed: the lines of all files, or with -s and -i of each, with one look ahead for the address $.
#pragma once

#include "framework/input.h"

#include <memory>
#include <span>
#include <stdint.h>
#include <string>

namespace coreutils::sed {

struct Settings {
    bool quiet = false, separate = false, in_place = false, unbuffered = false, posix = false,
         follow_links = false;
    bool sandbox = false;
    std::string suffix;
    uint64_t line_length = 70;
    char delimiter = '\n';
};

class Lines {
public:
    Lines(std::span<char*> names, const Settings& settings) : names_(names), settings_(settings) {}

    // Opens the next file that can be opened; false when there is none.
    bool open_next();
    bool is_open() const { return input_ != nullptr; }

    // The next line of the file in hand; `ended` tells whether its delimiter was there.
    bool read(std::string& line, bool& ended);

    // Whether no line follows in this stream: in this file, or in all that follow when they are one stream.
    bool is_last();

    const char* name() const { return name_; }
    // 2 when a file could not be read, 4 when it could not be edited.
    int status = 0;

private:
    // Whether the file in hand has no more lines.
    bool file_is_finished() { return input_->buffered().empty() && !input_->fill_more(); }

    std::span<char*> names_;
    const Settings& settings_;
    size_t next_ = 0;
    const char* name_ = "-";
    std::unique_ptr<Input> input_;
};

} // namespace coreutils::sed
