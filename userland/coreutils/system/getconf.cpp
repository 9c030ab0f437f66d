// getconf (POSIX.1-2017): the limits and features that sysconf(3), pathconf(3) and confstr(3) tell; and
// locale, which shows the settings and knows two locales.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"

#include <errno.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <unistd.h>

namespace coreutils {
namespace {

enum class Source : char { system, path, text, constant };
struct Variable {
    const char* name;
    Source source;
    long number; // for sysconf(3) and the others, or the value itself
};

constexpr Variable kVariables[] = {
    {"ARG_MAX", Source::system, _SC_ARG_MAX},
    {"CHILD_MAX", Source::system, _SC_CHILD_MAX},
    {"CHAR_BIT", Source::constant, CHAR_BIT},
    {"CLK_TCK", Source::system, _SC_CLK_TCK},
    {"HOST_NAME_MAX", Source::system, _SC_HOST_NAME_MAX},
    {"INT_MAX", Source::constant, INT_MAX},
    {"INT_MIN", Source::constant, INT_MIN},
    {"IOV_MAX", Source::system, _SC_IOV_MAX},
    {"LINE_MAX", Source::system, _SC_LINE_MAX},
    {"LINK_MAX", Source::path, _PC_LINK_MAX},
    {"LOGIN_NAME_MAX", Source::system, _SC_LOGIN_NAME_MAX},
    {"LONG_BIT", Source::constant, 64},
    {"LONG_MAX", Source::constant, LONG_MAX},
    {"MAX_CANON", Source::path, _PC_MAX_CANON},
    {"MAX_INPUT", Source::path, _PC_MAX_INPUT},
    {"NAME_MAX", Source::path, _PC_NAME_MAX},
    {"NGROUPS_MAX", Source::system, _SC_NGROUPS_MAX},
    {"OPEN_MAX", Source::system, _SC_OPEN_MAX},
    {"PAGESIZE", Source::system, _SC_PAGESIZE},
    {"PAGE_SIZE", Source::system, _SC_PAGESIZE},
    {"PATH", Source::text, _CS_PATH},
    {"PATH_MAX", Source::path, _PC_PATH_MAX},
    {"PIPE_BUF", Source::path, _PC_PIPE_BUF},
    {"RE_DUP_MAX", Source::system, _SC_RE_DUP_MAX},
    {"SHRT_MAX", Source::constant, SHRT_MAX},
    {"SSIZE_MAX", Source::constant, SSIZE_MAX},
    {"STREAM_MAX", Source::system, _SC_STREAM_MAX},
    {"SYMLOOP_MAX", Source::system, _SC_SYMLOOP_MAX},
    {"TTY_NAME_MAX", Source::system, _SC_TTY_NAME_MAX},
    {"TZNAME_MAX", Source::system, _SC_TZNAME_MAX},
    {"UCHAR_MAX", Source::constant, UCHAR_MAX},
    {"UINT_MAX", Source::constant, UINT_MAX},
    {"WORD_BIT", Source::constant, 32},
    {"_NPROCESSORS_CONF", Source::system, _SC_NPROCESSORS_CONF},
    {"_NPROCESSORS_ONLN", Source::system, _SC_NPROCESSORS_ONLN},
    {"_PHYS_PAGES", Source::system, _SC_PHYS_PAGES},
    {"_AVPHYS_PAGES", Source::system, _SC_AVPHYS_PAGES},
    {"_POSIX_CHOWN_RESTRICTED", Source::path, _PC_CHOWN_RESTRICTED},
    {"_POSIX_JOB_CONTROL", Source::system, _SC_JOB_CONTROL},
    {"_POSIX_NO_TRUNC", Source::path, _PC_NO_TRUNC},
    {"_POSIX_SAVED_IDS", Source::system, _SC_SAVED_IDS},
    {"_POSIX_VDISABLE", Source::path, _PC_VDISABLE},
    {"_POSIX_VERSION", Source::system, _SC_VERSION},
    {"POSIX2_VERSION", Source::system, _SC_2_VERSION},
    {"_POSIX_ARG_MAX", Source::constant, _POSIX_ARG_MAX},
    {"_POSIX_NAME_MAX", Source::constant, _POSIX_NAME_MAX},
    {"_POSIX_PATH_MAX", Source::constant, _POSIX_PATH_MAX},
    {"_POSIX_PIPE_BUF", Source::constant, _POSIX_PIPE_BUF},
    {"_POSIX_OPEN_MAX", Source::constant, _POSIX_OPEN_MAX},
};

constexpr Option kGetconfOptions[] = {
    {'a', nullptr, nullptr, "print all"},
    {'v', nullptr, "SPECIFICATION", "an environment such as POSIX_V7_LP64_OFF64"},
};

// Nothing when it cannot be told, with errno.
bool value_of(const Variable& variable, const char* path, std::string& text) {
    errno = 0;
    long value = variable.number;
    switch (variable.source) {
    case Source::text: {
        char buffer[512];
        size_t length = confstr(static_cast<int>(variable.number), buffer, sizeof buffer);
        if (length == 0) return false;
        text = buffer;
        return true;
    }
    case Source::system:
        value = sysconf(static_cast<int>(variable.number));
        break;
    case Source::path:
        value = pathconf(path, static_cast<int>(variable.number));
        break;
    case Source::constant:
        break;
    }
    if (value == -1 && errno != 0) return false;
    text = value == -1 && variable.source != Source::constant ? "undefined" : std::to_string(value);
    return true;
}

int run_getconf(Arguments& arguments) {
    bool all = false;
    while (auto option = arguments.next_option()) all |= *option == 'a';
    auto operands = arguments.operands();
    if (all) {
        const char* path = operands.empty() ? "/" : operands[0];
        for (const Variable& variable : kVariables) {
            std::string text;
            if (value_of(variable, path, text))
                out.print("%-34s %s\n", variable.name, text == "undefined" ? "" : text.c_str());
        }
        return 0;
    }
    if (operands.empty()) missing_operand();
    if (operands.size() > 2) extra_operand(operands[2]);
    for (const Variable& variable : kVariables) {
        if (strcmp(variable.name, operands[0]) != 0) continue;
        if ((variable.source == Source::path) != (operands.size() == 2)) {
            if (operands.size() == 2) usage_error("%s takes no path", operands[0]);
            usage_error("%s needs a path", operands[0]);
        }
        std::string text;
        if (!value_of(variable, operands.size() == 2 ? operands[1] : "/", text))
            die_errno(3, operands.back());
        out.write(text + "\n");
        return 0;
    }
    die(2, "Unrecognized variable '%s'", operands[0]);
}

constexpr Tool kGetconf = {
    .name = "getconf",
    .synopsis = "[-v SPECIFICATION] VARIABLE [PATH]\n-a [PATH]",
    .summary = "Print a limit or a feature of the system.",
    .options = kGetconfOptions,
    .run = run_getconf,
    .usage_status = 2,
};
MARTLET_REGISTER_TOOL(kGetconf);

constexpr Option kLocaleOptions[] = {
    {'a', "all-locales", nullptr, "the locales that are there"},
    {'c', "category-name", nullptr, "print the names of the categories, too"},
    {'k', "keyword-name", nullptr, "print the names of the keywords, too"},
    {'m', "charmaps", nullptr, "the character sets that are there"},
};

struct Category {
    const char* name;
    int number;
};
constexpr Category kCategories[] = {
    {"LC_CTYPE", LC_CTYPE},       {"LC_NUMERIC", LC_NUMERIC},   {"LC_TIME", LC_TIME},
    {"LC_COLLATE", LC_COLLATE},   {"LC_MONETARY", LC_MONETARY}, {"LC_MESSAGES", LC_MESSAGES},
};
struct Keyword {
    const char *name, *category;
    nl_item item;
};
constexpr Keyword kKeywords[] = {
    {"charmap", "LC_CTYPE", CODESET},        {"decimal_point", "LC_NUMERIC", RADIXCHAR},
    {"thousands_sep", "LC_NUMERIC", THOUSEP}, {"d_t_fmt", "LC_TIME", D_T_FMT},
    {"d_fmt", "LC_TIME", D_FMT},             {"t_fmt", "LC_TIME", T_FMT},
    {"t_fmt_ampm", "LC_TIME", T_FMT_AMPM},   {"yesexpr", "LC_MESSAGES", YESEXPR},
    {"noexpr", "LC_MESSAGES", NOEXPR},
};

void print_settings() {
    const char* all = getenv("LC_ALL");
    const char* language = getenv("LANG");
    out.print("LANG=%s\n", language ? language : "");
    for (const Category& category : kCategories) {
        const char* own = getenv(category.name);
        bool is_set = own && *own && !(all && *all);
        const char* value = all && *all ? all : is_set ? own : language && *language ? language : "POSIX";
        // A value that follows from another variable stands in quotes.
        out.print(is_set ? "%s=%s\n" : "%s=\"%s\"\n", category.name, value);
    }
    out.print("LC_ALL=%s\n", all ? all : "");
}

int run_locale(Arguments& arguments) {
    bool names = false, categories = false;
    while (auto option = arguments.next_option()) {
        if (*option == 'a') {
            out.write("C\nC.UTF-8\nPOSIX\n");
            return 0;
        }
        if (*option == 'm') {
            out.write("ANSI_X3.4-1968\nUTF-8\n");
            return 0;
        }
        names |= *option == 'k';
        categories |= *option == 'c';
    }
    setlocale(LC_ALL, "");
    if (arguments.operands().empty()) print_settings();
    int status = 0;
    for (const char* operand : arguments.operands()) {
        bool found = false;
        for (const Keyword& keyword : kKeywords) {
            if (strcmp(operand, keyword.name) != 0 && strcmp(operand, keyword.category) != 0) continue;
            if (categories && !found) out.print("%s\n", keyword.category);
            found = true;
            const char* value = nl_langinfo(keyword.item);
            if (names)
                out.print("%s=\"%s\"\n", keyword.name, value);
            else
                out.print("%s\n", value);
        }
        if (found) continue;
        warn("unknown name \"%s\"", operand);
        status = 1;
    }
    return status;
}

constexpr Tool kLocale = {
    .name = "locale",
    .synopsis = "[-a | -m]\n[-ck] NAME...",
    .summary = "Show the settings of the locale.",
    .options = kLocaleOptions,
    .run = run_locale,
};
MARTLET_REGISTER_TOOL(kLocale);

} // namespace
} // namespace coreutils
