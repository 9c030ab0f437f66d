// Places of less: moving over rows and lines, of which some are not shown (-s, &).
#include "less/pager.h"

#include <algorithm>

namespace coreutils::less {

bool Pager::is_shown(size_t line) {
    if (filter_) {
        bool matches = filter_->search(plain_text(text().line(line), settings_.appearance), 0, matches_);
        if (!matches) return false;
    }
    return !settings_.squeeze || line == 0 || !text().line(line).empty() || !text().line(line - 1).empty();
}

bool Pager::next_shown(size_t& line) {
    while (text().have(line)) {
        if (is_shown(line)) return true;
        if (Text::interrupted) return false;
        ++line;
    }
    return false;
}

bool Pager::previous_shown(size_t& line) {
    while (line-- > 0)
        if (is_shown(line)) return true;
    return false;
}

std::vector<std::string> Pager::rows_of(size_t line) {
    return make_rows(text().line(line), line + 1, settings_.appearance, pattern_ ? &*pattern_ : nullptr);
}

size_t Pager::forward(Place& place, size_t count) {
    while (count > 0) {
        if (!text().have(place.line)) return count;
        size_t height = rows_of(place.line).size();
        if (place.row + count < height) {
            place.row += count;
            return 0;
        }
        size_t next = place.line + 1;
        if (!next_shown(next)) return count;
        count -= height - place.row;
        place = {next, 0};
    }
    return 0;
}

size_t Pager::backward(Place& place, size_t count) {
    while (count > 0) {
        if (place.row >= count) {
            place.row -= count;
            return 0;
        }
        count -= place.row;
        place.row = 0;
        size_t previous = place.line;
        if (!previous_shown(previous)) return count;
        place = {previous, rows_of(previous).size() - 1};
        --count;
    }
    return 0;
}

Place Pager::last_top() {
    text().read_all();
    size_t line = text().known();
    Place place;
    if (!previous_shown(line)) return place;
    place = {line, rows_of(line).size() - 1};
    backward(place, rows_ - 1);
    return place;
}

bool Pager::at_end() {
    Place place = file().top;
    size_t left = forward(place, rows_);
    return left > 0 || !text().have(place.line);
}

void Pager::scroll_forward(size_t count) {
    for (size_t done = 0; done < count; ++done) {
        Place bottom = file().top;
        if (forward(bottom, rows_) > 0) break; // the last row is on the screen
        if (forward(file().top, 1) > 0) break;
    }
}

void Pager::jump(Place place) {
    file().last = file().top;
    file().top = place;
}

void Pager::go_to_line(size_t line) {
    if (!text().have(line)) {
        jump(last_top());
        return;
    }
    next_shown(line);
    jump({line, 0});
}

void Pager::go_to_percent(size_t percent) {
    text().read_all();
    uint64_t offset = text().bytes() * std::min<size_t>(percent, 100) / 100;
    size_t low = 0, high = text().known();
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (text().start_of(middle) < offset)
            low = middle + 1;
        else
            high = middle;
    }
    go_to_line(low);
}

} // namespace coreutils::less
