// Sorting in a bounded amount of memory: full buffers are sorted and written to temporary runs, which are
// merged.
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/same_file.h"
#include "text/sort_line.h"
#include "text/sort_runs.h"

#include <algorithm>
#include <errno.h>
#include <fcntl.h>
#include <memory>
#include <string.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils::sort {
namespace {

// Keeps the text of lines in large blocks.
class TextStore {
public:
    std::string_view keep(std::string_view text) {
        if (text.size() > left_) {
            size_t size = std::max(kBlock, text.size());
            blocks_.push_back(std::unique_ptr<char[]>(new char[size]));
            at_ = blocks_.back().get();
            left_ = size;
        }
        memcpy(at_, text.data(), text.size());
        std::string_view kept(at_, text.size());
        at_ += text.size();
        left_ -= text.size();
        return kept;
    }

    void clear() {
        blocks_.clear();
        left_ = 0;
    }

private:
    static constexpr size_t kBlock = 1024 * 1024;
    std::vector<std::unique_ptr<char[]>> blocks_;
    char* at_ = nullptr;
    size_t left_ = 0;
};

// Stable; runs that are in order already cost one comparison each.
void merge_sort(Line* lines, size_t count, Line* scratch, const Comparer& comparer) {
    if (count <= 8) {
        for (size_t i = 1; i < count; ++i) {
            Line line = lines[i];
            size_t at = i;
            for (; at > 0 && comparer.compare(lines[at - 1], line) > 0; --at) lines[at] = lines[at - 1];
            lines[at] = line;
        }
        return;
    }
    size_t half = count / 2;
    merge_sort(lines, half, scratch, comparer);
    merge_sort(lines + half, count - half, scratch, comparer);
    if (comparer.compare(lines[half - 1], lines[half]) <= 0) return;
    std::copy(lines, lines + half, scratch);
    Line *left = scratch, *left_end = scratch + half, *right = lines + half, *right_end = lines + count,
         *target = lines;
    while (left < left_end && right < right_end)
        *target++ = comparer.compare(*left, *right) <= 0 ? *left++ : *right++;
    std::copy(left, left_end, target);
}

// Where the result goes: standard output, or the file of -o, opened when the first line is ready, because it
// may be one of the inputs.
void open_result(const Settings& settings) {
    if (!settings.output) return;
    int fd = open(settings.output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0) die_errno(2, settings.output);
    close(fd);
}

// One of the files that are merged.
struct Source {
    Input input;
    const char* name = "temporary file";
    Line line;
    size_t index; // equal lines leave in the order of their files

    Source(int fd, size_t at) : input(fd), index(at) {}

    bool advance(const Settings& settings, const Comparer& comparer) {
        auto next = input.next_line(settings.delimiter);
        if (input.error()) die_errno(2, input_label(name), input.error());
        if (!next) return false;
        line = {next->data(), next->size(), comparer.rank(*next)};
        return true;
    }
};
using Sources = std::vector<std::unique_ptr<Source>>;

void merge_sources(Sources sources, Output& target, const Settings& settings, const Comparer& comparer) {
    std::erase_if(sources, [&](auto& source) { return !source->advance(settings, comparer); });
    auto later = [&](const std::unique_ptr<Source>& left, const std::unique_ptr<Source>& right) {
        int order = comparer.compare(left->line, right->line);
        return order ? order > 0 : left->index > right->index;
    };
    std::make_heap(sources.begin(), sources.end(), later);
    std::string last;
    bool any = false;
    while (!sources.empty()) {
        std::pop_heap(sources.begin(), sources.end(), later);
        Source& source = *sources.back();
        Line previous{last.data(), last.size(), settings.unique && any ? comparer.rank(last) : 0};
        if (!settings.unique || !any || comparer.by_keys(previous, source.line) != 0) {
            target.write(source.line.view());
            target.put(settings.delimiter);
            if (settings.unique) last = source.line.view();
            any = true;
        }
        if (source.advance(settings, comparer))
            std::push_heap(sources.begin(), sources.end(), later);
        else
            sources.pop_back();
    }
}

// The sorted runs so far, in the order of the input. As many of one level as are merged at once become one of
// the next: few files are open, and each line is written a logarithmic number of times.
class Runs {
public:
    Runs(const Settings& settings, const Comparer& comparer) : settings_(settings), comparer_(comparer) {}

    void add(TemporaryRun run, unsigned level = 0) {
        runs_.push_back({std::move(run), level});
        size_t same = 0;
        while (same < runs_.size() && runs_[runs_.size() - 1 - same].level == level) ++same;
        if (same < settings_.batch) return;
        TemporaryRun merged = write_run(settings_, [&](Output& target) { merge_last(same, target); });
        add(std::move(merged), level + 1);
    }
    bool empty() const { return runs_.empty(); }
    void merge_all(Output& target) {
        while (runs_.size() > settings_.batch) {
            unsigned level = runs_.back().level;
            TemporaryRun merged =
                write_run(settings_, [&](Output& file) { merge_last(settings_.batch, file); });
            runs_.push_back({std::move(merged), level});
        }
        merge_last(runs_.size(), target);
    }

private:
    void merge_last(size_t count, Output& target) {
        Sources sources;
        std::vector<pid_t> readers;
        for (size_t i = runs_.size() - count; i < runs_.size(); ++i)
            sources.push_back(std::make_unique<Source>(runs_[i].run.open(settings_), i));
        merge_sources(std::move(sources), target, settings_, comparer_);
        for (size_t i = 0; i < count; ++i, runs_.pop_back()) runs_.back().run.finish();
    }

    struct Entry {
        TemporaryRun run;
        unsigned level;
    };
    const Settings& settings_;
    const Comparer& comparer_;
    std::vector<Entry> runs_;
};

void write_lines(const std::vector<Line>& lines, Output& target, const Settings& settings,
                 const Comparer& comparer) {
    for (size_t i = 0; i < lines.size(); ++i) {
        if (settings.unique && i > 0 && comparer.by_keys(lines[i - 1], lines[i]) == 0) continue;
        target.write(lines[i].view());
        target.put(settings.delimiter);
    }
}

// A quarter of the memory: on a system that lives in memory the temporary files need room there, too.
size_t standard_memory() {
    auto pages = static_cast<size_t>(std::max(sysconf(_SC_PHYS_PAGES), 1L));
    return std::max<size_t>(pages * static_cast<size_t>(sysconf(_SC_PAGESIZE)) / 4, 1024 * 1024);
}

int open_input(const char* name) {
    if (strcmp(name, "-") == 0) return STDIN_FILENO;
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) die_errno(2, name);
    return fd;
}

bool is_output(int fd, const Settings& settings) {
    struct stat input, result;
    return settings.output && fstat(fd, &input) == 0 && stat(settings.output, &result) == 0 &&
           same_inode(input, result);
}

} // namespace

void sort_lines(std::vector<Line>& lines, const Comparer& comparer) {
    std::vector<Line> scratch(lines.size() / 2 + 1);
    merge_sort(lines.data(), lines.size(), scratch.data(), comparer);
}

void sort_files(const Settings& settings, std::span<char*> names) {
    Comparer comparer(settings);
    Runs runs(settings, comparer);
    TextStore store;
    std::vector<Line> lines;
    size_t limit = settings.memory_bytes ? settings.memory_bytes : standard_memory(), used = 0;
    for (const char* name : names) {
        Source source(open_input(name), 0);
        source.name = name;
        while (source.advance(settings, comparer)) {
            size_t cost = source.line.size + sizeof(Line) * 3 / 2;
            if (used + cost > limit && !lines.empty()) {
                sort_lines(lines, comparer);
                runs.add(
                    write_run(settings, [&](Output& file) { write_lines(lines, file, settings, comparer); }));
                lines.clear();
                store.clear();
                used = 0;
            }
            used += cost;
            lines.push_back({store.keep(source.line.view()).data(), source.line.size, source.line.rank});
        }
    }
    sort_lines(lines, comparer);
    open_result(settings);
    if (runs.empty()) return write_lines(lines, out, settings, comparer);
    runs.add(write_run(settings, [&](Output& file) { write_lines(lines, file, settings, comparer); }));
    lines = {};
    store.clear();
    runs.merge_all(out);
}

void merge_files(const Settings& settings, std::span<char*> names) {
    Comparer comparer(settings);
    Runs runs(settings, comparer);
    Sources sources;
    for (size_t i = 0; i < names.size(); ++i) {
        int fd = open_input(names[i]);
        sources.push_back(std::make_unique<Source>(fd, i));
        sources.back()->name = names[i];
        // What is about to be overwritten is read before; and so are files beyond the number merged at once.
        bool last = i + 1 == names.size();
        if (!is_output(fd, settings) && (sources.size() < settings.batch || (last && runs.empty()))) continue;
        runs.add(write_run(
            settings, [&](Output& file) { merge_sources(std::move(sources), file, settings, comparer); }));
        sources.clear();
    }
    if (!runs.empty() && !sources.empty())
        runs.add(write_run(
            settings, [&](Output& file) { merge_sources(std::move(sources), file, settings, comparer); }));
    open_result(settings);
    if (runs.empty()) return merge_sources(std::move(sources), out, settings, comparer);
    runs.merge_all(out);
}

} // namespace coreutils::sort
