// Prompts: parameter, command and arithmetic expansion of $PS1, $PS2 and $PS4 as POSIX asks, after the backslash
// escapes other shells know (\u \h \w \W \$ \s \n \t \e \[ \] …).
#pragma once

#include <string>
#include <string_view>

namespace sh {

class Shell;

std::string render_prompt(Shell& shell, std::string_view text);

}  // namespace sh
