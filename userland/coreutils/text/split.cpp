// split: POSIX.1-2017, with GNU's -C, -n, -d, -x, -e, --additional-suffix, --filter and -t.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "lib/same_file.h"
#include "lib/spawn.h"
#include "lib/write_all.h"

#include <algorithm>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace coreutils {
namespace {

enum : int { kAdditional = kLongOnly, kFilter, kVerbose, kNumeric, kHex };

constexpr Option kOptions[] = {
    {'a', "suffix-length", "N", "generate suffixes of length N (default 2)"},
    {kAdditional, "additional-suffix", "SUFFIX", "append an additional SUFFIX to file names"},
    {'b', "bytes", "SIZE", "put SIZE bytes per output file"},
    {'C', "line-bytes", "SIZE", "put at most SIZE bytes of lines per output file"},
    {'d', nullptr, nullptr, "use numeric suffixes starting at 0, not alphabetic"},
    {kNumeric, "numeric-suffixes", "[FROM]", "same as -d, but allow setting the start value"},
    {'x', nullptr, nullptr, "use hexadecimal suffixes starting at 0"},
    {kHex, "hex-suffixes", "[FROM]", "same as -x, but allow setting the start value"},
    {'e', "elide-empty-files", nullptr, "do not generate empty output files with -n"},
    {kFilter, "filter", "COMMAND", "write to shell COMMAND; file name is $FILE"},
    {'l', "lines", "NUMBER", "put NUMBER lines per output file (default 1000)"},
    {'n', "number", "CHUNKS", "generate CHUNKS output files: N, K/N, l/N, l/K/N, r/N, r/K/N"},
    {'t', "separator", "SEP", "use SEP instead of newline as the record separator"},
    {kVerbose, "verbose", nullptr, "say when an output file is opened"},
    {kNumberOption, nullptr, "NUM", "the same as -l NUM"},
};

// The names of the pieces and the piece that is open.
class Pieces {
public:
    std::string prefix = "x", additional, digits = "abcdefghijklmnopqrstuvwxyz";
    uint64_t next_number = 0;
    size_t suffix_length = 2;
    bool may_grow = true; // no -a: aa…yz, then zaaa…
    bool verbose = false;
    const char* filter = nullptr;
    struct stat input = {}; // that no piece may replace

    void open() {
        close();
        name_ = next_name();
        if (verbose) out.print(filter ? "executing with FILE='%s'\n" : "creating file '%s'\n", name_.c_str());
        out.flush();
        if (filter) {
            start_filter();
            return;
        }
        fd_ = ::open(name_.c_str(), O_WRONLY | O_CREAT, 0666);
        struct stat info;
        if (fd_ < 0 || fstat(fd_, &info) != 0) die_errno(1, name_);
        if (same_inode(info, input)) die(1, "'%s' would overwrite input; aborting", name_.c_str());
        if (S_ISREG(info.st_mode) && info.st_size > 0 && ftruncate(fd_, 0) != 0) die_errno(1, name_);
    }

    bool is_open() const { return fd_ >= 0; }

    void write(std::string_view bytes) {
        if (write_all(fd_, bytes) || (errno == EPIPE && filter)) return; // or the filter has had enough
        die_errno(1, name_);
    }

    void close() {
        if (fd_ < 0) return;
        if (::close(fd_) != 0) die_errno(1, name_);
        fd_ = -1;
        if (!filter) return;
        int status = wait_for(child_);
        if (WIFSIGNALED(status) && WTERMSIG(status) != SIGPIPE)
            die(128 + WTERMSIG(status), "with FILE=%s, signal %d from command: %s", name_.c_str(),
                WTERMSIG(status), filter);
        if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
            die(WEXITSTATUS(status), "with FILE=%s, exit %d from command: %s", name_.c_str(),
                WEXITSTATUS(status), filter);
    }

private:
    std::string next_name() {
        uint64_t base = digits.size(), number = next_number++;
        size_t length = suffix_length;
        std::string lead;
        if (may_grow) {
            // Each time the first digit would become the last one, it stays and two more follow it.
            for (;;) {
                uint64_t room = base - 1;
                for (size_t index = 1; index < length; ++index) room *= base;
                if (number < room || length > 12) break;
                number -= room;
                lead.push_back(digits.back());
                ++length;
            }
        }
        std::string suffix(length, digits[0]);
        for (size_t index = length; index-- > 0; number /= base) suffix[index] = digits[number % base];
        if (number > 0) die(1, "output file suffixes exhausted");
        return prefix + lead + suffix + additional;
    }

    void start_filter() {
        setenv("FILE", name_.c_str(), 1);
        const char* shell = getenv("SHELL");
        const char* const command[] = {shell ? shell : "/bin/sh", "-c", filter, nullptr};
        PipedProgram program = start_piped(command, PipeFlow::to_program);
        fd_ = program.fd;
        child_ = program.child;
    }

    std::string name_;
    int fd_ = -1;
    pid_t child_ = -1;
};

void split_bytes(Input& input, Pieces& pieces, uint64_t size) {
    uint64_t left = 0;
    for (std::string_view block; !(block = input.next_block()).empty();) {
        while (!block.empty()) {
            if (left == 0) {
                pieces.open();
                left = size;
            }
            std::string_view part =
                block.substr(0, left < block.size() ? static_cast<size_t>(left) : block.size());
            pieces.write(part);
            left -= part.size();
            block.remove_prefix(part.size());
        }
    }
}

void split_lines(Input& input, Pieces& pieces, uint64_t lines, char separator) {
    uint64_t left = 0;
    for (std::string_view block; !(block = input.next_block()).empty();) {
        while (!block.empty()) {
            if (left == 0) {
                pieces.open();
                left = lines;
            }
            size_t end = 0;
            while (left > 0 && end < block.size()) {
                size_t at = block.find(separator, end);
                if (at == std::string_view::npos) {
                    end = block.size();
                } else {
                    end = at + 1;
                    --left;
                }
            }
            pieces.write(block.substr(0, end));
            block.remove_prefix(end);
        }
    }
}

// Whole lines while they fit; a line that is longer than a piece is cut.
void split_line_bytes(Input& input, Pieces& pieces, uint64_t size, char separator) {
    uint64_t left = 0;
    bool ended = true;
    std::string line;
    while (auto next = input.next_line(separator, &ended)) {
        line.assign(*next);
        if (ended) line.push_back(separator);
        std::string_view rest = line;
        if (rest.size() > left && left < size) left = 0;
        while (!rest.empty()) {
            if (left == 0) {
                pieces.open();
                left = size;
            }
            std::string_view part =
                rest.substr(0, left < rest.size() ? static_cast<size_t>(left) : rest.size());
            pieces.write(part);
            left -= part.size();
            rest.remove_prefix(part.size());
        }
    }
}

struct Chunks {
    char kind = 'b'; // b bytes, l lines, r round robin
    uint64_t only = 0, count = 0;
};

Chunks parse_chunks(const char* text) {
    Chunks chunks;
    std::string_view rest = text;
    if (rest.starts_with("l/") || rest.starts_with("r/")) {
        chunks.kind = rest[0];
        rest.remove_prefix(2);
    }
    size_t slash = rest.find('/');
    if (slash != std::string_view::npos) {
        auto only = parse_unsigned(rest.substr(0, slash));
        if (!only || *only == 0) die(1, "invalid chunk number: '%s'", text);
        chunks.only = *only;
        rest.remove_prefix(slash + 1);
    }
    auto count = parse_unsigned(rest);
    if (!count || *count == 0) die(1, "invalid number of chunks: '%s'", text);
    if (chunks.only > *count) die(1, "invalid chunk number: '%s'", text);
    chunks.count = *count;
    return chunks;
}

// Passes on what is left up to the offset `end`, and to the end of a line that crosses it where lines stay
// whole.
void pass_chunk(Input& input, uint64_t& at, uint64_t end, std::optional<char> separator, auto write) {
    char last = '\0';
    bool crosses = false;
    while (at < end || crosses) {
        std::string_view block = input.buffered();
        if (block.empty()) {
            if (!input.fill_more()) return;
            continue;
        }
        size_t size = crosses ? std::min(block.find(*separator), block.size() - 1) + 1
                              : static_cast<size_t>(std::min<uint64_t>(block.size(), end - at));
        last = block[size - 1];
        write(block.substr(0, size));
        input.consume(size);
        at += size;
        crosses = separator && at >= end && last != *separator;
    }
}

// Equal parts of `size` bytes; the kinds differ in where a part may end.
void split_chunks(Input& input, uint64_t size, Pieces& pieces, const Chunks& chunks, char separator,
                  bool elide) {
    std::optional<char> kept_whole = chunks.kind == 'l' ? std::optional<char>(separator) : std::nullopt;
    uint64_t at = 0;
    for (uint64_t number = 1; number <= chunks.count; ++number) {
        bool last = number == chunks.count, opened = chunks.only || elide;
        if (!opened) pieces.open();
        uint64_t end =
            last ? UINT64_MAX : std::min(size, std::max<uint64_t>(1, size / chunks.count) * number);
        pass_chunk(input, at, end, kept_whole, [&](std::string_view part) {
            if (chunks.only == number) out.write(part);
            if (chunks.only) return;
            if (elide && opened) {
                pieces.open();
                opened = false;
            }
            pieces.write(part);
        });
        if (chunks.only == number) return;
    }
}

// Lines in turn. The parts are written one after the other, so the text is read before, but for a single one.
void split_round_robin(Input& input, Pieces& pieces, const Chunks& chunks, char separator, bool elide) {
    std::vector<std::string> parts(chunks.only ? 0 : chunks.count);
    uint64_t number = 0;
    bool ended;
    while (auto line = input.next_line(separator, &ended)) {
        if (chunks.only == number + 1) {
            out.write(*line);
            if (ended) out.put(separator);
        } else if (!chunks.only) {
            parts[number].append(*line).append(ended, separator);
        }
        number = (number + 1) % chunks.count;
    }
    for (const std::string& part : parts) {
        if (part.empty() && elide) continue;
        pieces.open();
        pieces.write(part);
    }
}

// What has a size that can be asked for is read in pieces; the rest goes to a temporary file first.
uint64_t find_size(Input& input, std::optional<Input>& copy, const struct stat& info) {
    off_t position = lseek(input.fd(), 0, SEEK_CUR);
    if (S_ISREG(info.st_mode) && info.st_size > 0 && position >= 0)
        return static_cast<uint64_t>(std::max<off_t>(0, info.st_size - position));
    FILE* temporary = tmpfile();
    if (!temporary) die_errno(1, "temporary file");
    copy.emplace(fileno(temporary));
    uint64_t size = 0;
    for (std::string_view block; !(block = input.next_block()).empty(); size += block.size())
        if (!write_all(copy->fd(), block)) die_errno(1, "temporary file");
    lseek(copy->fd(), 0, SEEK_SET);
    return size;
}

struct Settings {
    char kind = 0; // of b C l n
    uint64_t size = 1000;
    Chunks chunks;
    char separator = '\n';
    bool elide = false;
};

void choose(Settings& settings, char kind) {
    if (settings.kind) usage_error("cannot split in more than one way");
    settings.kind = kind;
}

void number_from(Pieces& pieces, const char* digits, const char* start) {
    pieces.digits = digits;
    if (!start) return;
    pieces.next_number = strtoull(start, nullptr, pieces.digits.size() == 16 ? 16 : 10);
    pieces.may_grow = false;
}

bool parse_option(int option, char* value, Settings& settings, Pieces& pieces) {
    switch (option) {
    case 'a':
        pieces.suffix_length = static_cast<size_t>(unsigned_or_die(value, "suffix length"));
        pieces.may_grow = pieces.suffix_length == 0;
        if (pieces.suffix_length == 0) pieces.suffix_length = 2;
        break;
    case kAdditional:
        if (strchr(value, '/')) usage_error("invalid suffix '%s', contains directory separator", value);
        pieces.additional = value;
        break;
    case 'b':
    case 'C':
        choose(settings, static_cast<char>(option));
        settings.size = size_or_die(value, "number of bytes");
        break;
    case 'd':
    case kNumeric:
        number_from(pieces, "0123456789", option == 'd' ? nullptr : value);
        break;
    case 'x':
    case kHex:
        number_from(pieces, "0123456789abcdef", option == 'x' ? nullptr : value);
        break;
    case 'e':
        settings.elide = true;
        break;
    case kFilter:
        pieces.filter = value;
        break;
    case 'n':
        choose(settings, 'n');
        settings.chunks = parse_chunks(value);
        break;
    case 't':
        if (strcmp(value, "\\0") != 0 && (!value[0] || value[1]))
            usage_error("multi-character separator '%s'", value);
        settings.separator = strcmp(value, "\\0") == 0 ? '\0' : value[0];
        break;
    case kVerbose:
        pieces.verbose = true;
        break;
    default:
        choose(settings, 'l');
        settings.size = size_or_die(value, "number of lines");
    }
    return settings.size != 0;
}

int run(Arguments& arguments) {
    Settings settings;
    Pieces pieces;
    while (auto option = arguments.next_option())
        if (!parse_option(*option, arguments.value(), settings, pieces))
            usage_error("invalid number: '%s'", arguments.value());
    auto operands = arguments.operands();
    if (operands.size() > 2) extra_operand(operands[2]);
    if (operands.size() == 2) pieces.prefix = operands[1];
    if (pieces.filter) signal(SIGPIPE, SIG_IGN);
    Input input;
    const char* name = operands.empty() ? "-" : operands[0];
    if (!input.open(name) || fstat(input.fd(), &pieces.input) != 0) die_errno(1, name);
    if (settings.kind == 'b') {
        split_bytes(input, pieces, settings.size);
    } else if (settings.kind == 'C') {
        split_line_bytes(input, pieces, settings.size, settings.separator);
    } else if (settings.kind == 'n') {
        if (settings.chunks.kind == 'r') {
            split_round_robin(input, pieces, settings.chunks, settings.separator, settings.elide);
        } else {
            std::optional<Input> copy;
            uint64_t size = find_size(input, copy, pieces.input);
            split_chunks(copy ? *copy : input, size, pieces, settings.chunks, settings.separator,
                         settings.elide);
        }
    } else {
        split_lines(input, pieces, settings.size, settings.separator);
    }
    if (input.error()) die_errno(1, input_label(name), input.error());
    pieces.close();
    return 0;
}

constexpr Tool kTool = {
    .name = "split",
    .synopsis = "[OPTION]... [FILE [PREFIX]]",
    .summary = "Output pieces of FILE to PREFIXaa, PREFIXab, ...",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
