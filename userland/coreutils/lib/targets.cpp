#include "lib/targets.h"

#include "framework/diagnostics.h"
#include "framework/tool.h"
#include "lib/path.h"

#include <errno.h>
#include <sys/stat.h>

namespace coreutils {

std::string Targets::path_for(const char* source) const {
    return into_directory ? join_path(target, base_name(source)) : target;
}

Targets read_targets(std::span<char*> operands, const char* directory_option, TargetKind kind) {
    Targets targets;
    if (operands.empty()) usage_error("missing file operand");
    if (directory_option) {
        if (kind == TargetKind::file)
            usage_error("cannot combine --target-directory (-t) and --no-target-directory (-T)");
        if (!is_directory(directory_option))
            die_errno(current_tool().failure_status, directory_option, errno ? errno : ENOTDIR);
        targets.sources = operands;
        targets.target = directory_option;
        targets.into_directory = true;
        return targets;
    }
    if (operands.size() == 1) usage_error("missing destination file operand after '%s'", operands[0]);
    targets.sources = operands.first(operands.size() - 1);
    targets.target = operands.back();
    if (kind == TargetKind::file) {
        if (operands.size() > 2) extra_operand(operands[2]);
        return targets;
    }
    struct stat info;
    bool link = kind == TargetKind::file_unless_directory_itself && lstat(operands.back(), &info) == 0 &&
                S_ISLNK(info.st_mode);
    errno = 0;
    targets.into_directory = !link && is_directory(operands.back());
    if (!targets.into_directory && operands.size() > 2)
        die_errno(current_tool().failure_status, std::string("target '") + operands.back() + "'",
                  errno ? errno : ENOTDIR);
    return targets;
}

} // namespace coreutils
