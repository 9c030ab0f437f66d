// cat: POSIX.1-2017, with GNU's -A -b -e -E -n -s -t -T -v.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"

#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'A', "show-all", nullptr, "equivalent to -vET"},
    {'b', "number-nonblank", nullptr, "number nonempty output lines, overrides -n"},
    {'e', nullptr, nullptr, "equivalent to -vE"},
    {'E', "show-ends", nullptr, "display $ at end of each line"},
    {'n', "number", nullptr, "number all output lines"},
    {'s', "squeeze-blank", nullptr, "suppress repeated empty output lines"},
    {'t', nullptr, nullptr, "equivalent to -vT"},
    {'T', "show-tabs", nullptr, "display TAB characters as ^I"},
    {'u', nullptr, nullptr,
     "write bytes as they come; output is never delayed when there is nothing to format"},
    {'v', "show-nonprinting", nullptr, "use ^ and M- notation, except for LFD and TAB"},
};

struct Format {
    bool number = false, number_nonblank = false, squeeze = false;
    bool ends = false, tabs = false, nonprinting = false;

    bool plain() const { return !(number || number_nonblank || squeeze || ends || tabs || nonprinting); }
};

// Survives from file to file: lines are numbered and squeezed across them.
struct LineState {
    unsigned long long number = 0;
    bool at_start = true;
    bool blank_before = false;
};

void put_visible(unsigned char byte, const Format& format) {
    if (byte == '\t') return format.tabs ? out.write("^I") : out.put('\t');
    if (!format.nonprinting) return out.put(static_cast<char>(byte));
    if (byte >= 128) {
        out.write("M-");
        byte -= 128;
    }
    if (byte < 32 || byte == 127) {
        out.put('^');
        byte ^= 64;
    }
    out.put(static_cast<char>(byte));
}

void show(std::string_view block, const Format& format, LineState& line) {
    for (char byte : block) {
        if (byte == '\n' && line.at_start) {
            if (format.squeeze && line.blank_before) continue;
            line.blank_before = true;
        }
        if (line.at_start) {
            bool blank = byte == '\n';
            if (!blank) line.blank_before = false;
            if (format.number_nonblank ? !blank : format.number) out.print("%6llu\t", ++line.number);
            line.at_start = false;
        }
        if (byte == '\n') {
            if (format.ends) out.put('$');
            out.put('\n');
            line.at_start = true;
        } else {
            put_visible(static_cast<unsigned char>(byte), format);
        }
    }
}

// The kernel passes the file on itself where it can; what it cannot, or fails at, is read and written.
void pass_on(int fd) {
    constexpr size_t kMost = 1024 * 1024 * 1024;
    while (sendfile(STDOUT_FILENO, fd, nullptr, kMost) > 0) {
    }
}

bool is_output_file(int fd) {
    static struct stat target;
    static bool regular = fstat(STDOUT_FILENO, &target) == 0 && S_ISREG(target.st_mode);
    struct stat source;
    if (!regular || fstat(fd, &source) != 0) return false;
    if (source.st_dev != target.st_dev || source.st_ino != target.st_ino) return false;
    // Reading what stands before the place of writing comes to an end.
    return lseek(fd, 0, SEEK_CUR) < source.st_size;
}

int run(Arguments& arguments) {
    Format format;
    while (auto option = arguments.next_option()) {
        int letter = *option;
        if (letter == 'A') format.nonprinting = format.ends = format.tabs = true;
        if (letter == 'b') format.number_nonblank = true;
        if (letter == 'e') format.nonprinting = format.ends = true;
        if (letter == 'E') format.ends = true;
        if (letter == 'n') format.number = true;
        if (letter == 's') format.squeeze = true;
        if (letter == 't') format.nonprinting = format.tabs = true;
        if (letter == 'T') format.tabs = true;
        if (letter == 'v') format.nonprinting = true;
    }
    LineState line;
    bool refused = false;
    int status = for_each_input(arguments.operands(), [&](Input& input, const char* name) {
        if (is_output_file(input.fd())) {
            warn("%s: input file is output file", input_label(name));
            refused = true;
            return;
        }
        out.flush();
        if (format.plain()) pass_on(input.fd());
        for (std::string_view block; !(block = input.next_block()).empty();) {
            if (format.plain()) {
                out.write(block);
                out.flush(); // a stream is passed on as it comes
            } else {
                show(block, format, line);
            }
        }
    });
    return refused ? 1 : status;
}

constexpr Tool kTool = {
    .name = "cat",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Concatenate files to standard output.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
