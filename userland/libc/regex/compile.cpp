// From the tree to the two automata, and what the search wants to know beforehand: classes of bytes that no set
// tells apart, the bytes a match can begin with, plain text.
#include "regex/program.hpp"

#include <ctype.h>
#include <string.h>

namespace libc::regex {

namespace {

constexpr size_t kStateLimit = 200000;

class Compiler {
public:
    Compiler(const Program &program, Automaton &automaton, bool reversed)
        : program_(program), automaton_(automaton), reversed_(reversed) {}

    int run() {
        if (!automaton_.parts.resize(program_.nodes.size()))
            return REG_ESPACE;
        for (size_t i = 0; i < program_.nodes.size(); i++)
            automaton_.parts[i] = {kNone, kNone};
        Part part = build(program_.root);
        int match = add(StateKind::Match);
        if (failed_)
            return REG_ESPACE;
        state(part.exit).next = match;
        automaton_.start = part.entry;
        return 0;
    }

private:
    State &state(int index) { return automaton_.states[static_cast<size_t>(index)]; }

    int add(StateKind kind, int number = 0) {
        State fresh = {};
        fresh.kind = kind;
        fresh.number = number;
        if (failed_ || automaton_.states.size() >= kStateLimit || !automaton_.states.add(fresh)) {
            failed_ = true;
            return 0;
        }
        return static_cast<int>(automaton_.states.size()) - 1;
    }

    void connect(int from, int to) {
        if (!failed_)
            state(from).next = to;
    }

    void connect_other(int from, int to) {
        if (!failed_)
            state(from).other = to;
    }

    Part build(int index) {
        const Node &node = program_.nodes[static_cast<size_t>(index)];
        Part part = {kNone, kNone};
        if (failed_)
            return {0, 0};
        switch (node.kind) {
        case NodeKind::Empty:
            part.entry = part.exit = add(StateKind::Jump);
            break;
        case NodeKind::Set: part = single(add(StateKind::Set, node.number)); break;
        case NodeKind::BackReference: part = single(add(StateKind::BackReference, node.number)); break;
        case NodeKind::Assertion:
            part = single(add(StateKind::Assertion));
            if (!failed_)
                state(part.entry).anchor = node.anchor;
            break;
        case NodeKind::Group: {
            int open = add(StateKind::Open, node.number);
            Part inside = build(node.child);
            int close = add(StateKind::Close, node.number);
            connect(open, inside.entry);
            connect(inside.exit, close);
            part = {open, close};
            break;
        }
        case NodeKind::Concatenation: part = concatenation(node); break;
        case NodeKind::Alternation: part = alternation(node); break;
        case NodeKind::Repetition: part = repetition(node); break;
        }
        if (!failed_ && automaton_.parts[static_cast<size_t>(index)].entry == kNone)
            automaton_.parts[static_cast<size_t>(index)] = part;
        return part;
    }

    Part single(int entry) {
        int exit = add(StateKind::Jump);
        connect(entry, exit);
        return {entry, exit};
    }

    Part concatenation(const Node &node) {
        int entry = add(StateKind::Jump), end = add(StateKind::Jump), last = entry;
        if (!reversed_) {
            for (int child = node.child; child != kNone; child = next(child)) {
                Part part = build(child);
                connect(last, part.entry);
                last = part.exit;
            }
            connect(last, end);
            return {entry, end};
        }
        int first = end; // built in order, joined backwards
        for (int child = node.child; child != kNone; child = next(child)) {
            Part part = build(child);
            connect(part.exit, first);
            first = part.entry;
        }
        connect(entry, first);
        return {entry, end};
    }

    int next(int child) const { return program_.nodes[static_cast<size_t>(child)].sibling; }

    Part alternation(const Node &node) {
        int entry = add(StateKind::Jump), exit = add(StateKind::Jump), split = entry;
        for (int child = node.child; child != kNone && !failed_; child = next(child)) {
            if (next(child) != kNone) {
                int fork = add(StateKind::Split);
                if (split == entry)
                    connect(entry, fork);
                else
                    connect_other(split, fork);
                split = fork;
                Part part = build(child);
                connect(fork, part.entry);
                connect(part.exit, exit);
            } else {
                Part part = build(child);
                if (split == entry)
                    connect(entry, part.entry);
                else
                    connect_other(split, part.entry);
                connect(part.exit, exit);
            }
        }
        return {entry, exit};
    }

    // Copies as many as the minimum demands, then a loop or nested options.
    Part repetition(const Node &node) {
        int entry = add(StateKind::Jump), exit = add(StateKind::Jump), last = entry;
        for (int i = 0; i < node.minimum && !failed_; i++) {
            Part part = build(node.child);
            connect(last, part.entry);
            last = part.exit;
        }
        if (node.maximum == kUnlimited) {
            int split = add(StateKind::Split);
            Part part = build(node.child);
            connect(last, split);
            connect(split, part.entry);
            connect_other(split, exit);
            connect(part.exit, split);
            return {entry, exit};
        }
        for (int i = node.minimum; i < node.maximum && !failed_; i++) {
            int split = add(StateKind::Split);
            Part part = build(node.child);
            connect(last, split);
            connect(split, part.entry);
            connect_other(split, exit);
            last = part.exit;
        }
        connect(last, exit);
        if (node.maximum == 0) { // never used, but its part exists for the walk over the tree
            build(node.child);
        }
        return {entry, exit};
    }

    const Program &program_;
    Automaton &automaton_;
    bool reversed_, failed_ = false;
};

void classify_bytes(Program &program) {
    memset(program.byte_class, 0, sizeof program.byte_class);
    program.class_count = 1;
    auto refine = [&](const ByteSet &set) {
        int renamed[256];
        for (int i = 0; i < 256; i++)
            renamed[i] = kNone;
        // A class that the set cuts gets a second number for its members in the set.
        bool outside[256] = {};
        for (unsigned byte = 0; byte < 256; byte++) {
            if (!set.has(static_cast<unsigned char>(byte)))
                outside[program.byte_class[byte]] = true;
        }
        for (unsigned byte = 0; byte < 256; byte++) {
            int old = program.byte_class[byte];
            if (!set.has(static_cast<unsigned char>(byte)) || !outside[old])
                continue;
            if (renamed[old] == kNone)
                renamed[old] = program.class_count++;
            program.byte_class[byte] = static_cast<uint8_t>(renamed[old]);
        }
    };
    for (size_t i = 0; i < program.sets.size() && program.class_count < 256; i++)
        refine(program.sets[i]);
    if (program.has_assertions) {
        ByteSet newline = {}, word = {};
        newline.add('\n');
        for (unsigned byte = 0; byte < 256; byte++) {
            if (is_word_byte(static_cast<unsigned char>(byte)))
                word.add(byte);
        }
        refine(newline);
        refine(word);
    }
}

// What a match can begin with.
struct Beginnings {
    ByteSet bytes = {};
    bool empty = false; // a match may have no byte, or its first is unknown
};

// Holds at the first place of the text only.
bool is_text_start(const Program &program, const State &state) {
    return state.kind == StateKind::Assertion &&
           (state.anchor == Anchor::TextStart ||
            (state.anchor == Anchor::LineStart && !(program.flags & REG_NEWLINE)));
}

enum class TextStarts { Hold, Fail };

// Follows everything but bytes from the start, assertions as if they held, but for those of the text's start where
// they fail.
bool find_beginnings(const Program &program, TextStarts text_starts, Beginnings &found) {
    const Array<State> &states = program.forward.states;
    Array<int> stack;
    Array<char> seen;
    if (!seen.resize(states.size()) || !stack.add(program.forward.start))
        return false;
    while (!stack.empty()) {
        int index = stack.last();
        stack.drop_last();
        if (index == kNone || seen[static_cast<size_t>(index)])
            continue;
        seen[static_cast<size_t>(index)] = 1;
        const State &state = states[static_cast<size_t>(index)];
        if (state.kind == StateKind::Set) {
            const ByteSet &set = program.sets[static_cast<size_t>(state.number)];
            for (int i = 0; i < 4; i++)
                found.bytes.words[i] |= set.words[i];
            continue;
        }
        if (text_starts == TextStarts::Fail && is_text_start(program, state))
            continue;
        if (state.kind == StateKind::Match || state.kind == StateKind::BackReference)
            found.empty = true;
        if (!stack.add(state.next) || !stack.add(state.other))
            return false;
    }
    return true;
}

// The only byte of a set, or kNone.
int only_byte(const ByteSet &set) {
    int only = kNone;
    for (int byte = 0; byte < 256; byte++) {
        if (!set.has(static_cast<unsigned char>(byte)))
            continue;
        if (only != kNone)
            return kNone;
        only = byte;
    }
    return only;
}

bool note_beginnings(Program &program) {
    Beginnings anywhere, later;
    if (!find_beginnings(program, TextStarts::Hold, anywhere) || !find_beginnings(program, TextStarts::Fail, later))
        return false;
    program.first_bytes = anywhere.bytes;
    program.any_first = anywhere.empty;
    program.single_first = anywhere.empty ? kNone : only_byte(anywhere.bytes);
    bool none = true;
    for (uint64_t word : later.bytes.words)
        none &= word == 0;
    program.at_start_only = none && !later.empty;
    return true;
}

// The pattern as plain text, if that is all it is.
void find_literal(Program &program) {
    const Node &root = program.nodes[static_cast<size_t>(program.root)];
    if (root.kind != NodeKind::Concatenation || root.child == kNone)
        return;
    Array<char> text;
    for (int child = root.child; child != kNone; child = program.nodes[static_cast<size_t>(child)].sibling) {
        const Node &node = program.nodes[static_cast<size_t>(child)];
        if (node.kind == NodeKind::Alternation) { // a multibyte character: an empty set beside one sequence
            int empty = node.child, only = program.nodes[static_cast<size_t>(empty)].sibling;
            if (only == kNone || program.nodes[static_cast<size_t>(only)].sibling != kNone)
                return;
            const Node &first = program.nodes[static_cast<size_t>(empty)];
            const Node &sequence = program.nodes[static_cast<size_t>(only)];
            if (first.kind != NodeKind::Set || sequence.kind != NodeKind::Concatenation)
                return;
            for (uint64_t word : program.sets[static_cast<size_t>(first.number)].words) {
                if (word)
                    return;
            }
            for (int part = sequence.child; part != kNone; part = program.nodes[static_cast<size_t>(part)].sibling) {
                const Node &byte = program.nodes[static_cast<size_t>(part)];
                if (byte.kind != NodeKind::Set || !program.sets.size())
                    return;
                int only_one = only_byte(program.sets[static_cast<size_t>(byte.number)]);
                if (only_one == kNone || !text.add(static_cast<char>(only_one)))
                    return;
            }
            continue;
        }
        if (node.kind != NodeKind::Set)
            return;
        int byte = only_byte(program.sets[static_cast<size_t>(node.number)]);
        if (byte == kNone || !text.add(static_cast<char>(byte)))
            return;
    }
    program.literal = static_cast<char *>(malloc(text.size()));
    if (!program.literal)
        return;
    memcpy(program.literal, text.data(), text.size());
    program.literal_bytes = text.size();
}

} // namespace

bool is_word_byte(unsigned char byte) { return isalnum(byte) || byte == '_' || byte >= 0x80; }

bool anchor_holds(Anchor anchor, const Input &input, size_t position) {
    bool before = position > 0 && is_word_byte(input.text[position - 1]);
    bool after = position < input.size && is_word_byte(input.text[position]);
    switch (anchor) {
    case Anchor::LineStart:
        return (position == 0 && !(input.flags & REG_NOTBOL)) ||
               (input.newline && position > 0 && input.text[position - 1] == '\n');
    case Anchor::LineEnd:
        return (position == input.size && !(input.flags & REG_NOTEOL)) ||
               (input.newline && position < input.size && input.text[position] == '\n');
    case Anchor::TextStart: return position == 0;
    case Anchor::TextEnd: return position == input.size;
    case Anchor::WordStart: return !before && after;
    case Anchor::WordEnd: return before && !after;
    case Anchor::WordBoundary: return before != after;
    case Anchor::NotWordBoundary: return before == after;
    }
    return false;
}

int compile(Program &program) {
    if (int error = Compiler(program, program.forward, false).run())
        return error;
    if (program.group_count > 0 && !program.has_references && !(program.flags & REG_NOSUB)) {
        if (int error = Compiler(program, program.backward, true).run())
            return error;
    }
    classify_bytes(program);
    if (!note_beginnings(program))
        return REG_ESPACE;
    find_literal(program);
    return 0;
}

} // namespace libc::regex
