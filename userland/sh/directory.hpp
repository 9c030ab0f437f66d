// The working directory as the shell names it.
#pragma once

#include <string>

namespace sh {

// getcwd(3) without a size limit; empty with errno on failure.
std::string physical_directory();
bool names_current_directory(const std::string& path);

}  // namespace sh
