// Fields: how expanded text is collected, split and matched against file names.
#include "expand/expander.hpp"

#include <array>

#include "base/text.hpp"
#include "expand/arithmetic.hpp"
#include "expand/glob.hpp"
#include "shell.hpp"

namespace sh {

void Expander::begin(Mode mode, ArgumentList* arguments) {
    mode_ = mode;
    arguments_ = arguments;
    field_exists_ = has_glob_ = absorb_delimiter_ = false;
    field_.text.clear();
    field_.mask.clear();
    const std::string* ifs = shell_.variables.ifs->get();
    ifs_ = ifs ? std::string_view(*ifs) : std::string_view(" \t\n");
}

bool Expander::fields(const Word& word, ArgumentList& arguments) {
    // The usual word is one literal.
    if (word.parts.size() == 1 && word.parts[0].kind == PartKind::text) {
        const WordPart& part = word.parts[0];
        if (part.quoting == Quoting::quoted || part.text == "[" ||
            part.text.find_first_of("*?[\\") == std::string_view::npos) {
            arguments.add(const_cast<char*>(part.text.data() ? part.text.data() : ""));
            if (part.text.data() && part.text.data()[part.text.size()] != '\0')
                arguments.pointers.back() = shell_.scratch.copy(part.text);
            return true;
        }
    }
    begin(Mode::fields, &arguments);
    if (!parts(word))
        return false;
    next_field();
    return true;
}

bool Expander::text(const Word& word, std::string& result, Use use) {
    // The usual word is one text or one parameter.
    if (word.parts.size() == 1) {
        const WordPart& part = word.parts[0];
        if (part.kind == PartKind::text) {
            result.assign(part.text);
            return true;
        }
        if (part.kind == PartKind::parameter && part.op == ParameterOp::plain && part.text != "@" && part.text != "*") {
            Value value = value_of(part.text);
            if (!value.is_set && shell_.options[Option::no_unset])
                return unset_error(part);
            result.assign(value.text);
            return true;
        }
    }
    begin(Mode::text, nullptr);
    use_ = use;
    bool ok = parts(word);
    use_ = Use::plain;
    if (ok)
        std::swap(result, field_.text);
    return ok;
}

bool Expander::pattern(const Word& word, Pattern& result) {
    begin(Mode::pattern, nullptr);
    if (!parts(word))
        return false;
    std::swap(result, field_);
    return true;
}

bool Expander::parts(const Word& word) {
    for (const WordPart& each : word.parts)
        if (!part(each))
            return false;
    return true;
}

bool Expander::part(const WordPart& part) {
    switch (part.kind) {
    case PartKind::text:
        if (part.quoting == Quoting::quoted)
            add_quoted(part.text);
        else if (operand_depth_ > 0)
            add_split(part.text);
        else
            add_literal(part.text);
        return true;
    case PartKind::parameter:
        return parameter(part);
    case PartKind::command: {
        std::string output;
        if (!shell_.executor.capture(part.command, output))
            return false;
        // The substitution may have changed nothing here: it ran in a child.
        add_value(output, part.quoting);
        return true;
    }
    case PartKind::arithmetic:
        return arithmetic(part);
    case PartKind::tilde:
        tilde(part);
        return true;
    case PartKind::process_input:
    case PartKind::process_output:
        return process_substitution(part);
    }
    return true;
}

void Expander::collect(std::string_view text, Quoting quoting) {
    field_.text += text;
    if (mode_ != Mode::text)
        field_.mask.append(text.size(), quoting == Quoting::quoted);
    field_exists_ = true;
    absorb_delimiter_ = false;
}

void Expander::add_quoted(std::string_view text) {
    collect(text, Quoting::quoted);
}

void Expander::add_literal(std::string_view text) {
    if (text.empty())
        return;
    collect(text, Quoting::bare);
    has_glob_ |= text.find_first_of("*?[") != std::string_view::npos;
}

template <typename Classify>
void Expander::split(std::string_view text, Classify classify) {
    for (size_t i = 0; i < text.size();) {
        size_t run = i;
        Effect effect = Effect::none;
        while (i < text.size() && (effect = classify(text[i])) <= Effect::glob) {
            has_glob_ |= effect == Effect::glob;
            ++i;
        }
        if (i > run)
            collect(text.substr(run, i - run), Quoting::bare);
        if (i == text.size())
            return;
        ++i;
        if (effect == Effect::ends_field) {
            if (field_exists_) {
                end_field();
                absorb_delimiter_ = true;
            }
        } else if (absorb_delimiter_ && !field_exists_) {
            absorb_delimiter_ = false;
        } else {
            end_field();
            absorb_delimiter_ = false;
        }
    }
}

void Expander::add_split(std::string_view text) {
    static constexpr size_t kWorthTable = 128;
    if (mode_ != Mode::fields)
        return add_literal(text);
    if (text.size() < kWorthTable)
        return split(text, [this](char c) { return effect(c); });
    std::array<Effect, 256> effects;
    for (size_t c = 0; c < effects.size(); ++c)
        effects[c] = effect(static_cast<char>(c));
    split(text, [&effects](char c) { return effects[static_cast<unsigned char>(c)]; });
}

void Expander::add_value(std::string_view text, Quoting quoting) {
    if (quoting == Quoting::quoted)
        add_quoted(text);
    else
        add_split(text);
}

void Expander::next_field() {
    if (field_exists_)
        end_field();
}

void Expander::end_field() {
    bool matched = false;
    if (has_glob_ && !shell_.options[Option::no_glob] && may_match_names(field_)) {
        std::vector<std::string> names = expand_pathname(field_);
        matched = !names.empty();
        for (const std::string& name : names)
            arguments_->add(shell_.scratch.copy(name));
    }
    if (!matched)
        arguments_->add(shell_.scratch.copy(field_.text));
    field_.text.clear();
    field_.mask.clear();
    field_exists_ = has_glob_ = false;
}

namespace {

class ShellArithmetic : public ArithmeticVariables {
public:
    explicit ShellArithmetic(Shell& shell) : shell_(shell) {}

    bool get(std::string_view name, const std::string*& value) override {
        value = shell_.variables.get(name);
        if (!value && shell_.options[Option::no_unset]) {
            shell_.shell_error({name, ": parameter not set"});
            return false;
        }
        return true;
    }

    bool set(std::string_view name, int64_t value) override {
        if (shell_.assign(name, number_text(value)))
            return true;
        shell_.flow = Flow::abort_command;
        shell_.status = kStatusError;
        return false;
    }

private:
    Shell& shell_;
};

}  // namespace

bool evaluate(Shell& shell, std::string_view text, int64_t& value) {
    ShellArithmetic variables(shell);
    ArithmeticResult result = evaluate_arithmetic(text, variables);
    if (!result.ok && !result.error.empty())
        shell.shell_error({result.error});
    value = result.value;
    return result.ok;
}

bool Expander::number(const Word& operand, int64_t& value) {
    std::string expression;
    std::string_view text;
    if (operand.parts.size() == 1 && operand.parts[0].kind == PartKind::text) {
        text = operand.parts[0].text;
    } else {
        if (!operand_into_text(&operand, expression))
            return false;
        text = expression;
    }
    return evaluate(shell_, text, value);
}

bool Expander::arithmetic(const WordPart& part) {
    int64_t value = 0;
    if (!number(*part.operand, value))
        return false;
    add_value(number_text(value), part.quoting);
    return true;
}

// A pipe whose other end a child reads or writes, by its name below /dev/fd. The descriptor is closed with the command.
bool Expander::process_substitution(const WordPart& part) {
    int descriptor = shell_.executor.start_process(part.command, part.kind == PartKind::process_input);
    if (descriptor < 0)
        return false;
    add_quoted("/dev/fd/" + number_text(descriptor));
    return true;
}

bool Expander::operand_into_text(const Word* operand, std::string& result) {
    if (!operand)
        return true;
    Expander inner(shell_);
    return inner.text(*operand, result);
}

void Expander::tilde(const WordPart& part) {
    std::string path;
    bool applies = !part.colon || use_ == Use::assignment;
    if (applies && home_directory(shell_, part.text, path)) {
        add_quoted(path);
    } else {
        add_literal("~");
        add_literal(part.text);
    }
}

}  // namespace sh
