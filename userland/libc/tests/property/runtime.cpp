// The C++ run time: containers, strings, sorting, hashing, shared ownership, conversions.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            printf("FAILED: line %d: %s\n", __LINE__, #condition);                                           \
            exit(1);                                                                                         \
        }                                                                                                    \
    } while (0)

template <typename T> bool shortest_round_trip(T value) {
    char text[128];
    auto end = std::to_chars(text, text + sizeof text, value).ptr;
    *end = 0;
    return static_cast<T>(strtold(text, nullptr)) == value;
}

int main() {
    std::string text = "short";
    text += " and then longer than the small buffer holds";
    CHECK(text.find("longer") == 15 && text.substr(0, 5) == "short" && std::to_string(-5) == "-5");
    std::vector<int> numbers(1000);
    std::iota(numbers.begin(), numbers.end(), 0);
    std::reverse(numbers.begin(), numbers.end());
    std::sort(numbers.begin(), numbers.end());
    CHECK(numbers.front() == 0 && numbers.back() == 999);
    std::unordered_map<std::string, int> table;
    for (int i = 0; i < 5000; i++)
        table[std::to_string(i)] = i;
    CHECK(table.size() == 5000 && table.at("4321") == 4321 && table.bucket_count() >= 5000);
    std::map<std::string_view, std::unique_ptr<int>> ordered;
    ordered["b"] = std::make_unique<int>(2);
    ordered["a"] = std::make_unique<int>(1);
    CHECK(*ordered.begin()->second == 1);
    auto shared = std::make_shared<std::vector<int>>(3, 7);
    std::weak_ptr<std::vector<int>> weak = shared;
    CHECK(weak.lock()->size() == 3);
    shared.reset();
    CHECK(weak.expired());
    std::function<int(int)> twice = [](int x) { return 2 * x; };
    std::expected<int, std::string> failed = std::unexpected("no");
    std::variant<int, std::string> either = "text";
    std::optional<double> maybe;
    CHECK(twice(4) == 8 && failed.error() == "no" && std::get<std::string>(either) == "text" && !maybe);
    CHECK(std::stoi("42") == 42 && std::stod("1.5") == 1.5);
    char digits[32];
    CHECK(std::string_view(digits, std::to_chars(digits, digits + 32, 0.1).ptr) == "0.1");
    CHECK(std::string_view(digits, std::to_chars(digits, digits + 32, 1e23).ptr) == "1e+23");
    CHECK(std::string_view(digits, std::to_chars(digits, digits + 32, 255, 16).ptr) == "ff");
    for (double value : {1.0 / 3, 5e-324, 1.7976931348623157e308, 123456.789, 1e22, 9007199254740993.0})
        CHECK(shortest_round_trip(value) && shortest_round_trip(static_cast<float>(value)));
    int parsed = 0;
    CHECK([&] {
        const char* number = "123x";
        auto result = std::from_chars(number, number + 4, parsed);
        return parsed == 123 && result.ptr == number + 3;
    }());
    CHECK(std::chrono::steady_clock::now().time_since_epoch().count() > 0);
    std::deque<std::string> queue{"a", "b"};
    queue.push_front(std::string(100, 'z'));
    std::set<long> set{3, 1, 2};
    CHECK(queue.size() == 3 && *set.rbegin() == 3 && std::hypot(3.0, 4.0) == 5);
    puts("ok");
}
