// grep over its operands: files, standard input, directories with -r.
#pragma once

#include "framework/input.h"
#include "grep/settings.h"

#include <fcntl.h>
#include <span>
#include <string_view>

namespace coreutils::grep {

class Grep {
public:
    Grep(const Settings& settings, const Matcher& matcher) : settings_(settings), matcher_(matcher) {}
    int run(std::span<char*> operands);

private:
    // The file `name` relative to the directory `fd`, called `path` in messages and output.
    void search_file(const char* path, bool on_command_line, int fd = AT_FDCWD, const char* name = nullptr);
    void search_tree(const char* root, bool implied);
    void search_open(Input& input, const char* name);
    bool is_excluded(const char* name, bool on_command_line) const;
    bool is_excluded_directory(const char* name) const;
    void problem(std::string_view name, int error);
    bool recursive() const {
        return settings_.directories == Directories::recurse ||
               settings_.directories == Directories::recurse_follow;
    }

    const Settings& settings_;
    const Matcher& matcher_;
    bool with_names_ = false;
    bool selected_ = false, failed_ = false;
};

} // namespace coreutils::grep
