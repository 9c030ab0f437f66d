#include "expand/glob.hpp"

#include <algorithm>
#include <dirent.h>
#include <sys/stat.h>

namespace sh {

namespace {

// No pattern means the directory itself or the one above: `chown -R user .*` stays inside.
bool is_dot_or_dot_dot(std::string_view name) {
    return name == "." || name == "..";
}

class PathnameExpander {
public:
    explicit PathnameExpander(PatternView pattern) : pattern_(pattern) {}

    std::vector<std::string> run() {
        std::string base;
        walk(base, 0);
        std::sort(results_.begin(), results_.end());
        return std::move(results_);
    }

private:
    bool component_has_special(size_t from, size_t to) const {
        return may_match_names(pattern_.substr(from, to - from));
    }

    // The literal text of a component, with unquoted backslashes removed.
    void append_literal(std::string& base, size_t from, size_t to) const {
        for (size_t i = from; i < to; ++i) {
            if (pattern_.special(i) && pattern_.text[i] == '\\' && i + 1 < to)
                ++i;
            base.push_back(pattern_.text[i]);
        }
    }

    void walk(std::string& base, size_t at);
    void scan(std::string& base, size_t from, size_t to);

    PatternView pattern_;
    std::vector<std::string> results_;
};

void PathnameExpander::walk(std::string& base, size_t at) {
    const size_t size_before = base.size();
    while (at < pattern_.text.size()) {
        if (pattern_.text[at] == '/') {
            base.push_back('/');
            ++at;
            continue;
        }
        size_t end = std::min(pattern_.text.find('/', at), pattern_.text.size());
        if (component_has_special(at, end)) {
            scan(base, at, end);
            base.resize(size_before);
            return;
        }
        append_literal(base, at, end);
        at = end;
    }
    struct stat status;
    if (lstat(base.c_str(), &status) == 0)
        results_.push_back(base);
    base.resize(size_before);
}

void PathnameExpander::scan(std::string& base, size_t from, size_t to) {
    DIR* directory = opendir(base.empty() ? "." : base.c_str());
    if (!directory)
        return;
    PatternView component = pattern_.substr(from, to - from);
    size_t first = component.special(0) && component.text[0] == '\\' && component.text.size() > 1 ? 1 : 0;
    bool wants_dot = component.text[first] == '.';
    std::vector<std::string> names;
    while (struct dirent* entry = readdir(directory)) {
        if (entry->d_name[0] == '.' && (!wants_dot || is_dot_or_dot_dot(entry->d_name)))
            continue;
        if (matches(component, entry->d_name))
            names.emplace_back(entry->d_name);
    }
    closedir(directory);
    const size_t size_before = base.size();
    for (const std::string& name : names) {
        base += name;
        if (to == pattern_.text.size())
            results_.push_back(base);
        else
            walk(base, to);
        base.resize(size_before);
    }
}

}  // namespace

std::vector<std::string> expand_pathname(const Pattern& pattern) {
    if (pattern.text.empty())
        return {};
    return PathnameExpander(pattern).run();
}

}  // namespace sh
