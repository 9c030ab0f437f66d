// Path names as text, and the questions about files that many tools ask.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coreutils {

// The last component without trailing slashes; "/" for the root. POSIX basename.
std::string_view base_name(std::string_view path);
// What precedes it. POSIX dirname.
std::string_view directory_name(std::string_view path);
// `directory`/`name`, with one slash between.
std::string join_path(std::string_view directory, std::string_view name);

bool is_directory(const char* path);
// The target of a symbolic link of any length; nothing with errno on failure.
std::optional<std::string> read_link(const char* path);
std::optional<std::string> read_link_at(int directory_fd, const char* name);
// getcwd(3) of any length.
std::optional<std::string> working_directory();

// Makes every directory above `path` that is not there; what fails is found by who uses the path.
void make_parents(const std::string& path);

// "prompt" on standard error, then a line from standard input: true when it begins with y or Y.
[[gnu::format(printf, 1, 2)]] bool ask(const char* format, ...);

} // namespace coreutils
