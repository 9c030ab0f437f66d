// Syntax trees as shell text on one line: for `jobs`, messages and the parser's own tests.
#pragma once

#include <string>

#include "syntax/ast.hpp"

namespace sh {

std::string print_word(const Word& word);
std::string print_command(const Node* node);

}  // namespace sh
