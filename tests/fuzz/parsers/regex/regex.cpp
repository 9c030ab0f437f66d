// Flags in the first two bytes, then a line with the pattern, then the text. Offsets must lie in the text and nest.
#include "internal/locale.hpp"

#include <cstdint>
#include <cstdlib>
#include <regex.h>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 3) return 0;
    int compile_flags = data[0] & (REG_EXTENDED | REG_ICASE | REG_NEWLINE | REG_NOSUB);
    int execute_flags = data[1] & (REG_NOTBOL | REG_NOTEOL | REG_STARTEND);
    libc::fuzz_utf8 = data[1] & 0x40;
    std::string rest(reinterpret_cast<const char*>(data) + 2, size - 2);
    size_t line = rest.find('\n');
    std::string pattern = rest.substr(0, line).c_str();
    std::string text = line == std::string::npos ? pattern : rest.substr(line + 1);
    if (!(execute_flags & REG_STARTEND)) text = text.c_str();
    regex_t expression;
    int error = regcomp(&expression, pattern.c_str(), compile_flags);
    char message[64];
    regerror(error, &expression, message, sizeof message);
    if (error) return 0;
    regmatch_t matches[10] = {{0, static_cast<regoff_t>(text.size())}};
    if (regexec(&expression, text.c_str(), 10, matches, execute_flags) == 0 && !(compile_flags & REG_NOSUB)) {
        auto end = static_cast<regoff_t>(text.size());
        for (size_t i = 0; i < 10; ++i) {
            auto [from, to] = matches[i];
            if (from == -1 && to == -1 && i > 0) continue;
            if (from < 0 || from > to || to > end) abort();
        }
    }
    regfree(&expression);
    return 0;
}
