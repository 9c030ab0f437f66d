// Removing files and trees: rm, mv across file systems.
#pragma once

namespace coreutils {

enum class RemovePrompt { never, when_protected, always };

struct RemoveSettings {
    RemovePrompt prompt = RemovePrompt::when_protected;
    bool force = false; // what is not there is no error
    bool recursive = false;
    bool directories = false; // -d: empty ones
    bool verbose = false;
    bool one_file_system = false;
    bool input_is_terminal = false;
};

// False when anything failed. `.`, `..` and / are for the caller to refuse.
bool remove_path(const char* path, const RemoveSettings& settings);

} // namespace coreutils
