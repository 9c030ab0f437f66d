// The record in hand: $0, its fields and NF, each made from the other only when it is asked for.
#pragma once

#include "awk/value.h"
#include "lib/regex.h"

#include <optional>
#include <string>
#include <vector>

namespace coreutils::awk {

// How FS divides a record (also split's third argument).
struct Splitter {
    enum class Mode { blanks, byte, characters, regex } mode = Mode::blanks;
    char byte = ' ';
    std::optional<Regex> regex;

    void set(const std::string& text);
    // Calls each(piece); with `paragraph` a newline divides as well.
    void split(std::string_view text, bool paragraph, std::vector<std::string_view>& pieces) const;
};

class Fields {
public:
    void set_record(std::string_view record);
    // Beyond NF: uninitialized. Field 0 is the record.
    Value get(size_t number, const std::string& ofs, const std::string& convfmt);
    void set(size_t number, Value value);
    size_t count();
    void set_count(size_t count);

    Splitter splitter;
    bool paragraph = false;

    static constexpr size_t kMost = 10'000'000;

private:
    void split();
    void join(const std::string& ofs, const std::string& convfmt);

    Value record_;
    std::string text_;
    std::vector<Value> fields_;
    std::vector<std::string_view> pieces_; // of text_, while no field was set
    bool is_split_ = true, is_joined_ = true, have_values_ = true;
};

} // namespace coreutils::awk
