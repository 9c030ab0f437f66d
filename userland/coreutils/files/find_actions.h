// The actions of find's expression.
#pragma once

#include "files/find_expression.h"

namespace coreutils::find {

std::unique_ptr<Node> make_print(char end);
std::unique_ptr<Node> make_printf(std::string format);
std::unique_ptr<Node> make_list();
std::unique_ptr<Node> make_delete(Settings& settings);
// One command a file; with `asks` after a question. In the file's directory for -execdir.
std::unique_ptr<Node> make_execute(std::vector<std::string> command, bool asks, bool in_directory,
                                   Settings& settings);
// As many files at the end of the command as the system takes.
std::unique_ptr<Node> make_execute_many(std::vector<std::string> command, bool in_directory,
                                        Settings& settings);

} // namespace coreutils::find
