// The interactive shell's input: prompts, the line editor and history, as the lexer reads it.
#pragma once

#include <memory>

#include "syntax/input.hpp"

namespace sh {

class Shell;

std::unique_ptr<InputSource> make_terminal_source(Shell& shell);

}  // namespace sh
