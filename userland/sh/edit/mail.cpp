#include "edit/mail.hpp"

#include <sys/stat.h>

#include "base/text.hpp"
#include "prompt.hpp"
#include "shell.hpp"

namespace sh {

namespace {

constexpr int kDefaultSeconds = 600;

}  // namespace

// A box that appears or changes has news; the first look only remembers.
void MailCheck::look_at(std::string_view path, std::string_view message, std::string& text) {
    Box* box = nullptr;
    for (Box& each : boxes_)
        if (each.path == path)
            box = &each;
    bool first = !box;
    if (first)
        box = &boxes_.emplace_back(std::string(path));
    struct stat status;
    timespec changed{};
    if (stat(box->path.c_str(), &status) == 0 && status.st_size > 0)
        changed = status.st_mtim;
    bool newer = changed.tv_sec > box->changed.tv_sec ||
                 (changed.tv_sec == box->changed.tv_sec && changed.tv_nsec > box->changed.tv_nsec);
    box->changed = changed;
    if (first || !newer)
        return;
    text += message.empty() ? "you have mail" : render_prompt(shell_, message);
    text += '\n';
}

std::string MailCheck::news() {
    const std::string* path = shell_.variables.get("MAILPATH");
    const std::string* single = shell_.variables.get("MAIL");
    std::string_view list = path ? std::string_view(*path) : single ? std::string_view(*single) : std::string_view();
    if (list.empty())
        return "";
    const std::string* interval = shell_.variables.get("MAILCHECK");
    auto seconds = interval ? parse_small_number(*interval, 1 << 30) : std::nullopt;
    time_t now = time(nullptr);
    if (checked_at_ != 0 && now - checked_at_ < seconds.value_or(kDefaultSeconds))
        return "";
    checked_at_ = now;
    std::string text;
    if (!path) {
        look_at(list, "", text);
        return text;
    }
    while (!list.empty()) {
        size_t colon = list.find(':');
        std::string_view item = list.substr(0, colon);
        list.remove_prefix(colon == std::string_view::npos ? list.size() : colon + 1);
        size_t percent = item.find('%');
        while (percent != std::string_view::npos && percent > 0 && item[percent - 1] == '\\')
            percent = item.find('%', percent + 1);
        std::string_view message = percent == std::string_view::npos ? std::string_view() : item.substr(percent + 1);
        std::string name;
        for (char c : item.substr(0, percent))
            if (c == '%' && name.ends_with('\\'))
                name.back() = '%';
            else
                name += c;
        if (!name.empty())
            look_at(name, message, text);
    }
    return text;
}

}  // namespace sh
