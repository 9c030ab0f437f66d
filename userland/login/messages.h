// Messages of the programs: "name: reason" on the standard error, in one write.
#pragma once

namespace login {

void set_program_name(const char* name);
void complain(const char* format, ...) __attribute__((format(printf, 1, 2)));
[[noreturn]] void die(const char* format, ...) __attribute__((format(printf, 1, 2)));

} // namespace login
