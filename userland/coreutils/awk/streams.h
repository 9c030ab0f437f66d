// Where awk reads and writes: records of a descriptor, and the files and commands that redirections name.
#pragma once

#include "framework/input.h"
#include "framework/output.h"
#include "lib/regex.h"

#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <unordered_map>
#include <vector>

namespace coreutils::awk {

// How RS divides input: by a byte, at blank lines (RS empty), or by a regular expression (RS longer than a
// character).
struct Separator {
    enum class Mode { byte, paragraph, regex } mode = Mode::byte;
    char byte = '\n';
    std::optional<Regex> regex;

    void set(const std::string& text);
};

class RecordReader {
public:
    // False with errno when `name` cannot be opened. "-" is standard input.
    bool open(const char* name) { return input_.open(name); }
    explicit RecordReader(int fd = -1) : input_(fd) {}

    // The next record, valid until the next call; nothing at the end or after an error.
    std::optional<std::string_view> next(const Separator& separator);
    int error() const { return input_.error(); }

private:
    std::optional<std::string_view> next_paragraph();
    std::optional<std::string_view> next_match(const Regex& regex);

    Input input_;
    std::string record_;
    std::vector<regmatch_t> matches_;
};

// The open redirections by name. Reading and writing have a table each.
class Streams {
public:
    // The stream for output; a failure to open ends the tool.
    Output& file_output(const std::string& name, bool append);
    Output& command_output(const std::string& command);
    // nullptr when it cannot be opened.
    RecordReader* file_input(const std::string& name);
    RecordReader* command_input(const std::string& command);

    // close(name): the status of a command, 0 for a file, -1 when nothing of that name is open.
    int close(const std::string& name);
    void flush_all();
    // False when there is none of that name.
    bool flush(const std::string& name);
    void close_all();

private:
    struct OutputStream {
        std::unique_ptr<Output> output;
        int fd;
        pid_t child; // 0: a file
    };
    struct InputStream {
        std::unique_ptr<RecordReader> reader;
        pid_t child;
    };
    static int finish(OutputStream& stream);
    static int finish(InputStream& stream);

    std::unordered_map<std::string, OutputStream> outputs_;
    std::unordered_map<std::string, InputStream> inputs_;
};

// system(3) as awk has it: the status of the shell, 256 + the signal that killed it.
int run_shell(const std::string& command);

} // namespace coreutils::awk
