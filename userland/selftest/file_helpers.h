// What the cases on files share: a fresh directory to work in, short files, an unprivileged user.
#pragma once
#include <sys/stat.h>

#include <string>

#include "selftest.h"

namespace selftest {

/// A fresh working directory; every case has its own process, so nobody else changes it.
void enter_fresh_directory();
/// The same on a tmpfs of its own, whatever the host has there.
void enter_fresh_tmpfs();

void write_file(const char* name, std::string_view text, mode_t mode = 0644);

/// All of a file, read in pieces of `step` bytes.
std::string read_file(const char* name, size_t step = 4096);

/// lstat(2).
struct stat status_of(const char* name);

void become_nobody();

} // namespace selftest
