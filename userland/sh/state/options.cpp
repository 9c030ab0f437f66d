#include "state/options.hpp"

namespace sh {

namespace {

constexpr OptionEntry kTable[] = {
    {Option::all_export, 'a', "allexport"},  {Option::brace_expand, 'B', "braceexpand"},
    {Option::emacs, 'E', "emacs"},           {Option::err_exit, 'e', "errexit"},
    {Option::hash_all, 'h', "hashall"},      {Option::ignore_eof, 'I', "ignoreeof"},
    {Option::interactive, 'i', "interactive"}, {Option::login, 'l', "login"},
    {Option::monitor, 'm', "monitor"},       {Option::no_clobber, 'C', "noclobber"},
    {Option::no_exec, 'n', "noexec"},        {Option::no_glob, 'f', "noglob"},
    {Option::no_log, 0, "nolog"},            {Option::notify, 'b', "notify"},
    {Option::no_unset, 'u', "nounset"},      {Option::pipe_fail, 0, "pipefail"},
    {Option::standard_input, 's', "stdin"},  {Option::verbose, 'v', "verbose"},
    {Option::vi, 'V', "vi"},                 {Option::xtrace, 'x', "xtrace"},
};

}  // namespace

std::span<const OptionEntry> Options::table() {
    return kTable;
}

std::optional<Option> Options::by_letter(char letter) {
    for (const OptionEntry& entry : kTable)
        if (entry.letter && entry.letter == letter)
            return entry.option;
    return std::nullopt;
}

std::optional<Option> Options::by_name(std::string_view name) {
    for (const OptionEntry& entry : kTable)
        if (entry.name == name)
            return entry.option;
    return std::nullopt;
}

std::string Options::letters() const {
    std::string letters;
    for (const OptionEntry& entry : kTable)
        if (entry.letter && entry.option != Option::brace_expand && (*this)[entry.option])
            letters.push_back(entry.letter);
    return letters;
}

}  // namespace sh
