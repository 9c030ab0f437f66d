#include "control.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "unit_folder.h"
#include "values.h"

namespace init {
namespace {

constexpr size_t kMaximumClients = 256;
constexpr size_t kMaximumWaiting = 200; // of them; the others can still look, and end the system
constexpr size_t kMaximumRequestBytes = 512;
constexpr uint64_t kRequestTimeMs = 5000;

/// Root, and the members of the group wheel.
bool may_change_services(int socket) {
    ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
    if (peer.uid == 0) return true;
    passwd* user = getpwuid(peer.uid);
    if (user == nullptr) return false;
    std::string name = user->pw_name;
    group* wheel = getgrnam("wheel");
    for (char** member = wheel ? wheel->gr_mem : nullptr; member && *member; ++member)
        if (name == *member) return true;
    return false;
}

std::string real_time(const timespec& time) { return std::to_string(time.tv_sec); }

std::string in_milliseconds(uint64_t microseconds) {
    std::string digits = std::to_string(1000 + microseconds % 1000);
    return std::to_string(microseconds / 1000) + "." + digits.substr(1, 1);
}

} // namespace

void Control::open_socket() {
    listener_.reset(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address = {AF_UNIX, "/run/init.socket"};
    unlink(address.sun_path);
    if (!listener_ || bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        chmod(address.sun_path, 0666) != 0 || listen(listener_.get(), kMaximumClients) != 0)
        return report(std::string(address.sun_path) + ": " + strerror(errno));
    poller_.watch(listener_.get(), [this] { accept_client(); });
}

void Control::accept_client() {
    Descriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) return;
    if (clients_.size() >= kMaximumClients) // the first that has said nothing yet gives way
        drop(*std::find_if(clients_.begin(), clients_.end(), is_idle));
    int fd = socket.get();
    clients_.emplace_back();
    Client& client = clients_.back();
    client.socket = std::move(socket);
    client.deadline_ms = monotonic_ms() + kRequestTimeMs;
    poller_.watch(fd, [this, &client] { read_request(client); });
}

void Control::read_request(Client& client) {
    char buffer[kMaximumRequestBytes];
    ssize_t size = read(client.socket.get(), buffer, sizeof buffer);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    // One that has its request in and closes does not care for the answer.
    if (size <= 0 || client.wish != Wish::None) return drop(client);
    client.input.append(buffer, static_cast<size_t>(size));
    size_t end = client.input.find('\n');
    if (end != client.input.npos)
        handle(client, std::string_view(client.input).substr(0, end));
    else if (client.input.size() >= kMaximumRequestBytes)
        drop(client);
}

void Control::handle(Client& client, std::string_view line) {
    client.deadline_ms = UINT64_MAX;
    std::vector<std::string> words = split_words(line).value_or(std::vector<std::string>());
    words.resize(std::max<size_t>(words.size(), 3));
    const std::string& verb = words[0];
    if (verb == "list") return answer(client, "", list());
    if (verb == "status") {
        std::string problem, body = status(words[1], problem);
        return answer(client, problem, body);
    }
    if (!may_change_services(client.socket.get()))
        return answer(client, "only root and the group wheel may do that");
    change(client, verb, words[1], words[2].empty() ? target_ : words[2]);
}

void Control::change(Client& client, std::string_view verb, const std::string& name, std::string target) {
    if (verb == "poweroff" || verb == "reboot" || verb == "halt") {
        end_system_(verb == "poweroff" ? ShutdownKind::PowerOff
                    : verb == "reboot" ? ShutdownKind::Reboot
                                       : ShutdownKind::Halt);
        return answer(client, "");
    }
    if (!is_unit_name(name) || !is_unit_name(target)) return answer(client, "not the name of a unit");
    if (clients_.size() - static_cast<size_t>(std::count_if(clients_.begin(), clients_.end(), is_idle)) >=
        kMaximumWaiting)
        return answer(client, "too many requests wait already");
    std::string problem;
    if (verb == "enable" || verb == "disable") {
        if (verb == "enable" && !load_unit(name)) return answer(client, "there is no such service");
        int error = verb == "enable" ? enable_unit(name, target) : disable_unit(name, target);
        return answer(client, error == 0 ? "" : strerror(error));
    }
    if (verb == "reload") return answer(client, manager_.reload(name));
    if (verb == "start")
        problem = manager_.start(name);
    else if (verb == "stop")
        problem = manager_.stop(name);
    else if (verb == "restart")
        problem = manager_.restart(name);
    else
        problem = "unknown request";
    if (!problem.empty()) return answer(client, problem);
    client.wish = verb == "stop" ? Wish::Stop : Wish::Start;
    client.service = name;
}

void Control::tick() {
    uint64_t now = monotonic_ms();
    for (auto next = clients_.begin(); next != clients_.end();) {
        Client& client = *next++; // an answer may take it off the list
        if (now >= client.deadline_ms) {
            drop(client);
            continue;
        }
        if (client.wish == Wish::None) continue;
        const Service* service = manager_.find(client.service);
        State state = service ? service->state : State::Stopped;
        if (!is_settled(state) || (service && (service->stop_wanted || service->start_wanted))) continue;
        bool failed = client.wish == Wish::Start ? state == State::Failed || state == State::BackOff : false;
        answer(client, failed ? service->reason : "");
    }
}

uint64_t Control::deadline_ms() const {
    uint64_t first = UINT64_MAX;
    for (const Client& client : clients_) first = std::min(first, client.deadline_ms);
    return first;
}

void Control::answer(Client& client, const std::string& problem, const std::string& body) {
    client.wish = Wish::None;
    client.output = (problem.empty() ? "ok\n" : "error " + problem + "\n") + body;
    client.deadline_ms = monotonic_ms() + kRequestTimeMs; // to take it
    write_answer(client);
}

void Control::write_answer(Client& client) {
    ssize_t size = send(client.socket.get(), client.output.data(), client.output.size(), MSG_NOSIGNAL);
    if (size < 0 && errno != EAGAIN && errno != EINTR) return drop(client);
    if (size > 0) client.output.erase(0, static_cast<size_t>(size));
    if (client.output.empty()) return drop(client);
    poller_.watch(client.socket.get(), [this, &client] { write_answer(client); }, Poller::Interest::Write);
}

void Control::drop(Client& client) {
    poller_.forget(client.socket.get());
    clients_.remove_if([&](const Client& each) { return &each == &client; });
}

/// A line for each unit: name, state, process, since, milliseconds to start, enabled, description, divided by
/// tabs.
std::string Control::list() const {
    std::vector<std::string> known = unit_names();
    std::set<std::string> names(known.begin(), known.end());
    for (auto& [name, service] : manager_.services()) names.insert(name);
    std::string text;
    for (const std::string& name : names) {
        const Service* service = manager_.find(name);
        std::optional<Unit> unit = service && has_process(service->state) ? service->unit : load_unit(name);
        bool invalid = unit && !unit->errors.empty();
        text += name + '\t' + (service ? state_name(service->state) : invalid ? "invalid" : "stopped") + '\t';
        text += (service && service->main_pid > 0 ? std::to_string(service->main_pid) : "-") + '\t';
        text += (service ? real_time(service->since) : "-") + '\t';
        text += (service && service->took_us > 0 ? in_milliseconds(service->took_us) : "-") + '\t';
        text += (is_enabled(name, target_) ? "enabled" : "disabled") + std::string("\t");
        text += (invalid ? unit->errors[0] : unit ? unit->description : "") + '\n';
    }
    return text;
}

/// Lines `key value` about one unit.
std::string Control::status(const std::string& name, std::string& problem) const {
    const Service* service = manager_.find(name);
    std::optional<Unit> unit = load_unit(name);
    if (!service && !unit) {
        problem = "there is no such service";
        return "";
    }
    std::string text = "description " + (unit ? unit->description : "") + '\n';
    text += "file " + (unit ? unit->path : "-") + '\n';
    text += std::string("enabled ") + (is_enabled(name, target_) ? "enabled" : "disabled") + '\n';
    bool invalid = unit && !unit->errors.empty();
    text += std::string("state ") +
            (service   ? state_name(service->state)
             : invalid ? "invalid"
                       : "stopped") +
            '\n';
    if (unit)
        for (const std::string& error : unit->errors) text += "problem " + error + '\n';
    if (!service) return text;
    text += "since " + real_time(service->since) + '\n';
    if (service->main_pid > 0) text += "pid " + std::to_string(service->main_pid) + '\n';
    if (service->took_us > 0) text += "took " + in_milliseconds(service->took_us) + '\n';
    if (service->restarts > 0) text += "restarts " + std::to_string(service->restarts) + '\n';
    if (!service->reason.empty() && service->state != State::Running)
        text += "reason " + service->reason + '\n';
    return text;
}

} // namespace init
