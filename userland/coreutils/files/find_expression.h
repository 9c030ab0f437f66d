// The expression of find: a tree of tests and actions, built from the command line (POSIX.1-2017 find).
#pragma once

#include "lib/mode.h"
#include "lib/regex.h"
#include "lib/walk.h"

#include <memory>
#include <span>
#include <string>
#include <sys/stat.h>
#include <time.h>
#include <vector>

namespace coreutils::find {

struct Settings {
    Follow follow = Follow::never;
    size_t min_depth = 0, max_depth = SIZE_MAX;
    bool depth_first = false, one_file_system = false;
    bool quit = false;
    int status = 0;
    timespec now = {};
};

// The file at hand.
class File {
public:
    File(Walk& walk, Settings& settings) : walk_(walk), settings_(settings) {}
    const std::string& path() const { return walk_.path(); }
    Walk& walk() const { return walk_; }
    // False, with a message, when the file cannot be examined.
    bool stat(struct stat& info) const;
    char type() const;

private:
    Walk& walk_;
    Settings& settings_;
};

class Node {
public:
    virtual ~Node() = default;
    virtual bool evaluate(File& file) = 0;
    // At the end of the run: -exec ... + has its last command to run.
    virtual void finish() {}
};

struct Parsed {
    std::unique_ptr<Node> root;
};

// Ends the tool with a message when the expression is wrong.
Parsed parse_expression(std::span<char*> words, Settings& settings);

} // namespace coreutils::find
