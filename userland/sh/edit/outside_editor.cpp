#include "edit/outside_editor.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include "shell.hpp"

namespace sh {

std::string preferred_editor(Shell& shell, std::initializer_list<const char*> variables) {
    for (const char* variable : variables)
        if (const std::string* value = shell.variables.get(variable); value && !value->empty())
            return *value;
    return "vi";
}

bool edit_text(Shell& shell, const std::string& editor, std::string& text) {
    char name[] = "/tmp/sh-edit-XXXXXX";
    int descriptor = mkstemp(name);
    if (descriptor < 0) {
        shell.complain({name, ": ", strerror(errno)});
        return false;
    }
    bool done = write_all(descriptor, text.ends_with('\n') ? text : text + "\n");
    close(descriptor);
    done = done && shell.executor.run_text(editor + " " + name) == 0;
    descriptor = done ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (descriptor >= 0) {
        text.clear();
        char block[4096];
        for (ssize_t count; (count = read(descriptor, block, sizeof(block))) > 0;)
            text.append(block, static_cast<size_t>(count));
        close(descriptor);
        while (text.ends_with('\n'))
            text.pop_back();
    }
    unlink(name);
    return descriptor >= 0;
}

}  // namespace sh
