#include "base/format.h"
#include "fs/devpts/devpts.h"
#include "vfs/option_parser.h"

namespace martlet {

Result<DevptsOptions> parse_devpts_options(std::string_view text, DevptsOptions options) {
    constexpr u32 kPermissions = 0777;
    OptionParser parser(text);
    while (auto option = parser.next()) {
        std::string_view name = option->name;
        if (name == "newinstance") continue;
        bool is_octal = name == "mode" || name == "ptmxmode";
        u64 value = TRY(parse_number(option->value, is_octal ? 8 : 10));
        if (value > ~0u) return Error(Errno::EINVAL);
        auto number = static_cast<u32>(value);
        if (name == "uid") {
            options.user_id = number;
            options.has_user = true;
        } else if (name == "gid") {
            options.group_id = number;
            options.has_group = true;
        } else if (name == "mode") {
            options.mode = number & kPermissions;
        } else if (name == "ptmxmode") {
            options.ptmx_mode = number & kPermissions;
        } else if (name == "max" && number <= DevptsOptions::kMaxPtys) {
            options.limit = number;
        } else {
            return Error(Errno::EINVAL);
        }
    }
    return options;
}

Result<String> describe_devpts_options(const DevptsOptions& options) {
    char text[96];
    usize size = 0;
    if (options.has_user) size += format(text, "uid=%u,", options.user_id);
    if (options.has_group) size += format(std::span(text).subspan(size), "gid=%u,", options.group_id);
    size += format(std::span(text).subspan(size), "mode=%03o,ptmxmode=%03o", options.mode, options.ptmx_mode);
    if (options.limit < DevptsOptions::kMaxPtys)
        size += format(std::span(text).subspan(size), ",max=%u", options.limit);
    return String::create({text, size});
}

} // namespace martlet
