// The socket /run/init.socket by which svc and poweroff speak to init (SOCK_STREAM).
//
// A client sends one line, `list`, `status NAME`, `start NAME`, `stop NAME`, `restart NAME`, `enable NAME
// [TARGET]`, `disable NAME [TARGET]`, `poweroff`, `reboot` or `halt`. The answer is a line `ok` or `error
// REASON`, what was asked for, and the end of the stream; a start or stop is answered when it is done.
// Everybody may look, root and the group wheel may change things. A client that says nothing, or too much, is
// dropped.
#pragma once
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>

#include "manager.h"
#include "poller.h"
#include "shutdown.h"

namespace init {

class Control {
public:
    Control(Poller& poller, Manager& manager, std::string target,
            std::function<void(ShutdownKind)> end_system)
        : poller_(poller), manager_(manager), target_(std::move(target)), end_system_(std::move(end_system)) {
    }

    void open_socket();
    /// Answers those whose service has settled; drops those who say nothing.
    void tick();
    uint64_t deadline_ms() const;

private:
    enum class Wish { None, Start, Stop };
    struct Client {
        Descriptor socket;
        uint64_t deadline_ms = UINT64_MAX;
        std::string input, output;
        Wish wish = Wish::None; // waits for this of `service`
        std::string service;
    };

    static bool is_idle(const Client& client) { return client.wish == Wish::None; }
    void accept_client();
    void read_request(Client& client);
    void handle(Client& client, std::string_view line);
    void change(Client& client, std::string_view verb, const std::string& name, std::string target);
    void answer(Client& client, const std::string& problem, const std::string& body = "");
    void write_answer(Client& client);
    void drop(Client& client);
    std::string list() const;
    std::string status(const std::string& name, std::string& problem) const;

    Poller& poller_;
    Manager& manager_;
    std::string target_; // that was booted
    std::function<void(ShutdownKind)> end_system_;
    Descriptor listener_;
    std::list<Client> clients_;
};

} // namespace init
