// Text through the user's editor: what fc and vi mode's `v` do.
#pragma once

#include <initializer_list>
#include <string>

namespace sh {

class Shell;

// The first of these variables that names an editor, or vi.
std::string preferred_editor(Shell& shell, std::initializer_list<const char*> variables);
// Lets `editor` work on a temporary file with the text; false, after a message, when it failed.
bool edit_text(Shell& shell, const std::string& editor, std::string& text);

}  // namespace sh
