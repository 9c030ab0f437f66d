// The expressions of tar --transform: s/REGEX/REPLACEMENT/FLAGS over the names of members, as sed's.
#pragma once

#include <memory>
#include <regex.h>
#include <string>
#include <string_view>
#include <vector>

namespace coreutils {

// Flags: g (every match), a number (the match of that number, with g from it on), i (either case),
// x (extended expressions), and r, h, s for names of members, targets of hard and of symbolic links; the
// capitals R, H, S leave one out.
class NameTransform {
public:
    enum class Target { member, hard_link, symbolic_link };

    // Adds "s/a/b/;s/c/d/". False when it is wrong.
    bool add(std::string_view text);
    std::string apply(std::string name, Target target) const;

private:
    struct Rule {
        ~Rule() {
            if (compiled) regfree(&regex);
        }
        std::string replace(const std::string& name) const;

        regex_t regex;
        bool compiled = false, global = false;
        size_t number = 1;
        bool of[3] = {true, true, true};
        std::string replacement; // as written, its delimiters unescaped
    };
    bool add_rule(std::string_view& text);

    std::vector<std::shared_ptr<const Rule>> rules_;
};

} // namespace coreutils
