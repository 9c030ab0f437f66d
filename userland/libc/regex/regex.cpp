// regcomp, regexec, regfree, regerror (POSIX.1-2017 <regex.h>; REG_STARTEND as in BSD and GNU).
#include "regex/program.hpp"

#include "internal/new.hpp"
#include <stdlib.h>
#include <string.h>

using namespace libc::regex;

namespace {

Program *program_of(const regex_t *expression) { return static_cast<Program *>(expression->__program); }

} // namespace

extern "C" {

void regfree(regex_t *expression) {
    Program *program = program_of(expression);
    if (!program)
        return;
    free_cache(program->idle_cache);
    free(program->literal);
    program->~Program();
    free(program);
    expression->__program = nullptr;
}

int regcomp(regex_t *__restrict expression, const char *__restrict pattern, int flags) {
    void *memory = malloc(sizeof(Program));
    expression->__program = memory;
    if (!memory)
        return REG_ESPACE;
    auto *program = new (memory) Program;
    program->flags = flags;
    int error = parse(*program, pattern);
    if (!error)
        error = compile(*program);
    if (error)
        regfree(expression);
    expression->re_nsub = error ? 0 : static_cast<size_t>(program->group_count);
    return error;
}

int regexec(const regex_t *__restrict expression, const char *__restrict text, size_t count,
            regmatch_t *__restrict matches, int flags) {
    Program &program = *program_of(expression);
    // As in glibc, what stands before the start of REG_STARTEND is there for ^, \< and \b.
    size_t from = flags & REG_STARTEND ? static_cast<size_t>(matches[0].rm_so) : 0;
    size_t size = flags & REG_STARTEND ? static_cast<size_t>(matches[0].rm_eo) : strlen(text);
    Input input = {reinterpret_cast<const unsigned char*>(text), size, from, flags,
                   (program.flags & REG_NEWLINE) != 0};
    if (program.flags & REG_NOSUB)
        count = 0;
    for (size_t i = 0; i < count; i++)
        matches[i] = {-1, -1};
    if (program.has_references)
        return search_with_references(program, input, matches, count);
    Cache *cache = take_cache(program);
    if (!cache)
        return REG_ESPACE;
    size_t start = 0, end = 0;
    int result = search(program, *cache, input, count == 0, start, end);
    give_cache(program, cache);
    if (result != 0 || count == 0)
        return result;
    matches[0] = {static_cast<regoff_t>(start), static_cast<regoff_t>(end)};
    if (count > 1 && program.group_count > 0)
        result = locate_groups(program, input, start, end, matches, count);
    return result;
}

size_t regerror(int error, const regex_t *__restrict, char *__restrict text, size_t size) {
    const char *message;
    switch (error) {
    case 0: message = "Success"; break;
    case REG_NOMATCH: message = "No match"; break;
    case REG_BADPAT: message = "Invalid regular expression"; break;
    case REG_ECOLLATE: message = "Invalid collation character"; break;
    case REG_ECTYPE: message = "Invalid character class name"; break;
    case REG_EESCAPE: message = "Trailing backslash"; break;
    case REG_ESUBREG: message = "Invalid back reference"; break;
    case REG_EBRACK: message = "Unmatched [, [^, [:, [., or [="; break;
    case REG_EPAREN: message = "Unmatched ( or \\("; break;
    case REG_EBRACE: message = "Unmatched \\{"; break;
    case REG_BADBR: message = "Invalid content of \\{\\}"; break;
    case REG_ERANGE: message = "Invalid range end"; break;
    case REG_ESPACE: message = "Memory exhausted"; break;
    case REG_BADRPT: message = "Invalid preceding regular expression"; break;
    default: message = "Unknown error"; break;
    }
    if (size > 0)
        strlcpy(text, message, size);
    return strlen(message) + 1;
}
}
