// uuencode, uudecode (POSIX.1-2017): files as text, in the historical encoding or in base64 (-m). What is
// decoded goes where the operator says or, without -o, to the name in the header: that is what POSIX asks
// for.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/mode.h"

#include <algorithm>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kEncodeOptions[] = {{'m', "base64", nullptr, "use base64 (RFC 2045)"}};
constexpr Option kDecodeOptions[] = {
    {'o', "output-file", "FILE", "write to FILE instead of the name in the header"}};

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr size_t kLineBytes = 45;

char historical(unsigned value) { return value ? static_cast<char>(' ' + value) : '`'; }

void encode_line(std::string_view bytes, bool base64) {
    if (!base64) out.put(historical(static_cast<unsigned>(bytes.size())));
    for (size_t at = 0; at < bytes.size(); at += 3) {
        size_t count = std::min<size_t>(bytes.size() - at, 3);
        uint32_t group = 0;
        for (size_t i = 0; i < 3; ++i)
            group = group << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0);
        for (size_t i = 0; i < 4; ++i) {
            unsigned value = group >> (18 - 6 * i) & 63;
            out.put(!base64 ? historical(value) : i > count ? '=' : kBase64[value]);
        }
    }
    out.put('\n');
}

int run_encode(Arguments& arguments) {
    bool base64 = false;
    while (arguments.next_option()) base64 = true;
    auto operands = arguments.operands();
    if (operands.empty()) missing_operand();
    if (operands.size() > 2) extra_operand(operands[2]);
    const char* file = operands.size() == 2 ? operands[0] : "-";
    Input input;
    if (!input.open(file)) die_errno(1, file);
    struct stat info;
    mode_t mode = 0666 & ~current_umask();
    if (fstat(input.fd(), &info) == 0 && S_ISREG(info.st_mode)) mode = info.st_mode & 0777;
    out.print("%s %03o %s\n", base64 ? "begin-base64" : "begin", mode, operands.back());
    std::string line;
    for (std::string_view block; !(block = input.next_block()).empty();) {
        while (!block.empty()) {
            size_t count = std::min(kLineBytes - line.size(), block.size());
            line.append(block.substr(0, count));
            block.remove_prefix(count);
            if (line.size() < kLineBytes) continue;
            encode_line(line, base64);
            line.clear();
        }
    }
    if (input.error()) die_errno(1, input_label(file), input.error());
    if (!line.empty()) encode_line(line, base64);
    out.write(base64 ? "====\n" : "`\nend\n");
    return 0;
}

constexpr Tool kEncode = {
    .name = "uuencode",
    .synopsis = "[-m] [FILE] NAME",
    .summary = "Turn a file into text that can be mailed.",
    .options = kEncodeOptions,
    .run = run_encode,
};
MARTLET_REGISTER_TOOL(kEncode);

// A line of the historical form; false when its characters or its length are wrong.
bool decode_line(std::string_view line, Output& target) {
    auto value = [](char byte) { return static_cast<unsigned>(byte - ' ') & 63; };
    size_t count = value(line[0]);
    line.remove_prefix(1);
    if (line.size() < (count * 4 + 2) / 3) return false;
    for (size_t at = 0; count > 0; at += 4) {
        uint32_t group = 0;
        for (size_t i = 0; i < 4; ++i) {
            char byte = at + i < line.size() ? line[at + i] : '`';
            if (byte < ' ' || byte > '`') return false;
            group = group << 6 | value(byte);
        }
        for (size_t i = 0; i < 3 && count > 0; ++i, --count)
            target.put(static_cast<char>(group >> (16 - 8 * i)));
    }
    return true;
}

bool decode_base64_line(std::string_view line, Output& target) {
    uint32_t group = 0;
    size_t bits = 0;
    for (char byte : line) {
        if (byte == '=') break;
        const char* at = strchr(kBase64, byte);
        if (!at || !byte) return false;
        group = group << 6 | static_cast<uint32_t>(at - kBase64);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        target.put(static_cast<char>(group >> bits));
    }
    return true;
}

struct Header {
    bool base64;
    mode_t mode;
    std::string name;
};

// "begin 644 NAME"; false for another line.
bool parse_header(std::string_view line, Header& header) {
    header.base64 = line.starts_with("begin-base64 ");
    if (!header.base64 && !line.starts_with("begin ")) return false;
    line.remove_prefix(line.find(' ') + 1);
    size_t blank = line.find(' ');
    if (blank == 0 || blank == std::string_view::npos || blank + 1 == line.size()) return false;
    header.mode = 0;
    for (char digit : line.substr(0, blank)) {
        if (digit < '0' || digit > '7') return false;
        header.mode = (header.mode << 3 | static_cast<mode_t>(digit - '0')) & 07777;
    }
    header.name = line.substr(blank + 1);
    return true;
}

int open_target(const std::string& name, mode_t mode) {
    if (name == "-" || name == "/dev/stdout") return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    int fd = open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) die_errno(1, name);
    struct stat info;
    bool regular = fstat(fd, &info) == 0 && S_ISREG(info.st_mode); // a device keeps its mode
    if (regular && fchmod(fd, mode & 0777) != 0 && errno != EPERM) warn_errno(name);
    return fd;
}

void decode(Input& input, const char* name, const char* target_name) {
    Header header;
    for (;;) {
        auto line = input.next_line();
        if (!line && input.error()) die_errno(1, input_label(name), input.error());
        if (!line) die(1, "%s: No 'begin' line", input_label(name));
        if (parse_header(*line, header)) break;
    }
    int fd = open_target(target_name ? target_name : header.name, header.mode);
    Output target(fd);
    bool ended = false;
    while (auto line = input.next_line()) {
        std::string_view text = *line;
        if (text.ends_with('\r')) text.remove_suffix(1);
        if (header.base64 ? text == "====" : text == "end") {
            ended = true;
            break;
        }
        if (text.empty() || (!header.base64 && (text[0] == '`' || text[0] == ' '))) continue;
        if (!(header.base64 ? decode_base64_line(text, target) : decode_line(text, target)))
            die(1, "%s: Invalid character or short line", input_label(name));
    }
    target.finish_file(target_name ? target_name : header.name.c_str());
    if (close(fd) != 0) die_errno(1, target_name ? target_name : header.name);
    if (!ended) die(1, "%s: No 'end' line", input_label(name));
}

int run_decode(Arguments& arguments) {
    const char* target = nullptr;
    while (arguments.next_option()) target = arguments.value();
    return for_each_input(arguments.operands(),
                          [&](Input& input, const char* name) { decode(input, name, target); });
}

constexpr Tool kDecode = {
    .name = "uudecode",
    .synopsis = "[-o FILE] [FILE]...",
    .summary = "Turn what uuencode made back into files.",
    .options = kDecodeOptions,
    .run = run_decode,
};
MARTLET_REGISTER_TOOL(kDecode);

} // namespace
} // namespace coreutils
