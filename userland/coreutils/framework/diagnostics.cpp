#include "framework/diagnostics.h"

#include "framework/output.h"
#include "framework/tool.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

namespace coreutils {
namespace {

const Tool* tool_in_use = nullptr;

void emit(std::string_view message, std::string_view hint = {}) {
    out.flush();
    std::string line = tool_in_use ? tool_in_use->name : "coreutils";
    line.append(": ").append(message).append("\n").append(hint);
    std::string_view rest = line;
    while (!rest.empty()) {
        ssize_t written = write(STDERR_FILENO, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return; // nowhere left to say so
        rest.remove_prefix(static_cast<size_t>(written));
    }
}

std::string format_text(const char* format, va_list list) {
    va_list again;
    va_copy(again, list);
    char small[256];
    int length = vsnprintf(small, sizeof small, format, list);
    std::string text;
    if (length < 0) {
        text = format;
    } else if (static_cast<size_t>(length) < sizeof small) {
        text.assign(small, static_cast<size_t>(length));
    } else {
        text.resize(static_cast<size_t>(length) + 1);
        vsnprintf(text.data(), text.size(), format, again);
        text.pop_back();
    }
    va_end(again);
    return text;
}

} // namespace

const Tool& current_tool() { return *tool_in_use; }
void set_current_tool(const Tool& tool) { tool_in_use = &tool; }

std::string printable(std::string_view name) {
    std::string text;
    unsigned char before = 0;
    for (unsigned char byte : name) {
        // U+0080 to U+009F are controls too: U+009B does what ESC [ does.
        bool second_of_control = before == 0xc2 && byte >= 0x80 && byte < 0xa0;
        before = byte;
        if (byte >= ' ' && byte != 0x7f && !second_of_control) {
            text.push_back(static_cast<char>(byte));
            continue;
        }
        text.push_back('\\');
        for (int shift = 6; shift >= 0; shift -= 3)
            text.push_back(static_cast<char>('0' + ((byte >> shift) & 7)));
    }
    return text;
}

void warn(const char* format, ...) {
    va_list list;
    va_start(list, format);
    std::string text = format_text(format, list);
    va_end(list);
    emit(printable(text));
}

void warn_errno(std::string_view operand, int error) {
    emit(printable(operand).append(": ").append(strerror(error)));
}

void die(int status, const char* format, ...) {
    va_list list;
    va_start(list, format);
    std::string text = format_text(format, list);
    va_end(list);
    emit(printable(text));
    finish(status);
}

void die_errno(int status, std::string_view operand, int error) {
    warn_errno(operand, error);
    finish(status);
}

void usage_error(const char* format, ...) {
    va_list list;
    va_start(list, format);
    std::string text = format_text(format, list);
    va_end(list);
    std::string hint = "Try '" + std::string(current_tool().name) + " --help' for more information.\n";
    emit(printable(text), hint);
    finish(current_tool().usage_status);
}

void missing_operand() { usage_error("missing operand"); }
void extra_operand(const char* operand) { usage_error("extra operand '%s'", operand); }

void finish(int status) {
    out.flush();
    if (int error = out.error()) {
        out.discard();
        emit(std::string("write error: ") + strerror(error));
        if (status == 0 || status == 1) status = current_tool().failure_status;
    }
    _exit(status);
}

} // namespace coreutils
