// Who is logged in, from utmp(5).
#pragma once
#include <string>
#include <vector>

#include <utmpx.h>

namespace coreutils {

/// A field of a record, which has no end if it is full.
template <size_t kSize> std::string record_text(const char (&field)[kSize]) {
    std::string text(field, kSize);
    return text.substr(0, text.find('\0'));
}

std::vector<utmpx> login_records();
/// Whether the record is a session whose leader still lives.
bool is_live_session(const utmpx& record);
/// The line of uptime, with which w begins.
void print_uptime();

} // namespace coreutils
