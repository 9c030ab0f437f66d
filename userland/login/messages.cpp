#include "messages.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>

namespace login {
namespace {

const char* g_name = "login";

void write_message(const char* format, va_list arguments) {
    char text[512];
    auto used = static_cast<size_t>(snprintf(text, sizeof text, "%s: ", g_name));
    int length = vsnprintf(text + used, sizeof text - used, format, arguments);
    used = std::min(used + static_cast<size_t>(std::max(length, 0)), sizeof text - 1);
    text[used++] = '\n';
    [[maybe_unused]] ssize_t written = write(STDERR_FILENO, text, used);
}

} // namespace

void set_program_name(const char* name) { g_name = name; }

void complain(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    write_message(format, arguments);
    va_end(arguments);
}

void die(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    write_message(format, arguments);
    va_end(arguments);
    exit(1);
}

} // namespace login
