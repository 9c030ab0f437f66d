// An awk program; one without loops, functions, input and output of its own also runs over a small input.
#include "awk/interpreter.h"
#include "framework/output.h"
#include "tool_stubs.h"

#include <cstdint>
#include <string>
#include <unistd.h>

namespace {

bool may_run(const std::string& program) {
    if (program.size() > 96) return false; // enough assignments double a string to any size
    for (const char* word : {"for", "while", "do", "func", "getline", "system", "|", ">", "close", "fflush", "printf"})
        if (program.find(word) != std::string::npos) return false;
    // A computed field number may be any, and millions of empty fields only take long.
    for (size_t at = program.find('$'); at != std::string::npos; at = program.find('$', at + 1))
        if (at + 1 == program.size() || program[at + 1] < '0' || program[at + 1] > '9') return false;
    if (program.find("NF") != std::string::npos) return false;
    // So do large numbers.
    size_t digits = 0;
    for (char c : program) {
        digits = c >= '0' && c <= '9' ? digits + 1 : 0;
        if (digits > 3 || c == '^' || (c == 'e' && digits > 0) || c == '*') return false;
    }
    return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string text = std::string(reinterpret_cast<const char*>(data), size).c_str();
    try {
        coreutils::awk::Program program = coreutils::awk::parse(text);
        if (!may_run(text)) return 0;
        int descriptor = input_of("one two  three\n4 5\n\n-1.5e2 x:y\n");
        dup2(descriptor, STDIN_FILENO);
        close(descriptor);
        coreutils::awk::Interpreter interpreter(program);
        char name[] = "-";
        char* operands[] = {name};
        interpreter.set_arguments(operands);
        interpreter.run();
    } catch (const ToolEnded&) {
    }
    coreutils::out.discard();
    return 0;
}
