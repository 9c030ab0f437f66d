// The operands of cp, mv, ln and install: SOURCE DEST, SOURCE... DIRECTORY, or -t DIRECTORY SOURCE...
#pragma once

#include <optional>
#include <span>
#include <string>

namespace coreutils {

struct Targets {
    std::span<char*> sources;
    std::string target;
    bool into_directory = false;

    // Where `source` goes: the target, or its name inside it.
    std::string path_for(const char* source) const;
};

enum class TargetKind {
    guess,                        // a directory when it is one
    file,                         // -T
    file_unless_directory_itself, // ln -n: a link to a directory is a file
};

// Ends the tool with a usage error when the operands do not fit.
Targets read_targets(std::span<char*> operands, const char* directory_option, TargetKind kind);

} // namespace coreutils
