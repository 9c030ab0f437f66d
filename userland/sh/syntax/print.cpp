#include "syntax/print.hpp"

#include "base/stack_guard.hpp"
#include "base/text.hpp"

namespace sh {

namespace {

class Printer {
public:
    std::string text;

    void word(const Word& word);
    void node(const Node* node);
    void redirects(std::span<const Redirect> redirects);

private:
    void part(const WordPart& part);
    void literal(const WordPart& part);
    void parameter(const WordPart& part);
    void expression(const Word& word);
    void condition(const Condition& each);
    void arithmetic_for(const ArithmeticFor& loop);
    void simple(const SimpleCommand& command);
    void for_loop(const ForLoop& loop);
    void case_of(const CaseOf& node);
    void if_then(const IfThen& node);
    void separator();
};

const char* operator_text(ParameterOp op) {
    switch (op) {
    case ParameterOp::use_default: return "-";
    case ParameterOp::assign_default: return "=";
    case ParameterOp::require: return "?";
    case ParameterOp::use_alternative: return "+";
    case ParameterOp::cut_short_suffix: return "%";
    case ParameterOp::cut_long_suffix: return "%%";
    case ParameterOp::cut_short_prefix: return "#";
    case ParameterOp::cut_long_prefix: return "##";
    case ParameterOp::substring: return ":";
    case ParameterOp::replace_first: return "/";
    case ParameterOp::replace_all: return "//";
    case ParameterOp::replace_prefix: return "/#";
    case ParameterOp::replace_suffix: return "/%";
    case ParameterOp::upper_first: return "^";
    case ParameterOp::upper_all: return "^^";
    case ParameterOp::lower_first: return ",";
    case ParameterOp::lower_all: return ",,";
    default: return "";
    }
}

void Printer::literal(const WordPart& part) {
    if (part.quoting == Quoting::bare)
        text += part.text;
    else
        text += shell_quoted(part.text);
}

void Printer::parameter(const WordPart& part) {
    if (part.op == ParameterOp::plain) {
        text += "${" + std::string(part.text) + "}";
        return;
    }
    text += part.op == ParameterOp::length ? "${#" : part.op == ParameterOp::indirect ? "${!" : "${";
    text += part.text;
    if (part.colon)
        text += ":";
    text += operator_text(part.op);
    if (part.operand)
        word(*part.operand);
    if (part.second) {
        text += part.op == ParameterOp::substring ? ":" : "/";
        word(*part.second);
    }
    text += "}";
}

void Printer::part(const WordPart& part) {
    if (part.kind == PartKind::text) {
        literal(part);
        return;
    }
    if (part.quoting == Quoting::quoted)
        text += '"';
    switch (part.kind) {
    case PartKind::parameter:
        parameter(part);
        break;
    case PartKind::command:
        text += "$(";
        node(part.command);
        text += ")";
        break;
    case PartKind::arithmetic:
        text += "$((";
        expression(*part.operand);
        text += "))";
        break;
    case PartKind::process_input:
    case PartKind::process_output:
        text += part.kind == PartKind::process_input ? "<(" : ">(";
        node(part.command);
        text += ")";
        break;
    default:
        text += "~";
        text += part.text;
        break;
    }
    if (part.quoting == Quoting::quoted)
        text += '"';
}

// Arithmetic: everything in it counts as quoted, but is written without quotes.
void Printer::expression(const Word& word) {
    for (WordPart inner : word.parts) {
        inner.quoting = Quoting::bare;
        part(inner);
    }
}

void Printer::condition(const Condition& each) {
    switch (each.kind) {
    case ConditionKind::text:
        word(*each.left_word);
        break;
    case ConditionKind::unary:
        text += each.name;
        text += ' ';
        word(*each.left_word);
        break;
    case ConditionKind::binary:
        word(*each.left_word);
        text += ' ';
        text += each.name;
        text += ' ';
        word(*each.right_word);
        break;
    case ConditionKind::negation:
        text += "! ";
        condition(*each.left);
        break;
    case ConditionKind::both:
    case ConditionKind::either:
        text += "( ";
        condition(*each.left);
        text += each.kind == ConditionKind::both ? " && " : " || ";
        condition(*each.right);
        text += " )";
        break;
    }
}

void Printer::arithmetic_for(const ArithmeticFor& loop) {
    text += "for ((";
    if (loop.first)
        expression(*loop.first);
    text += ';';
    if (loop.condition)
        expression(*loop.condition);
    text += ';';
    if (loop.step)
        expression(*loop.step);
    text += ")); do ";
    node(loop.body);
    separator();
    text += "done";
}

void Printer::word(const Word& word) {
    for (const WordPart& each : word.parts)
        part(each);
}

void Printer::redirects(std::span<const Redirect> redirects) {
    for (const Redirect& redirect : redirects) {
        if (!text.empty() && text.back() != ' ')
            text += ' ';
        bool output = redirect.kind == RedirectKind::output || redirect.kind == RedirectKind::append ||
                      redirect.kind == RedirectKind::clobber || redirect.kind == RedirectKind::dup_output;
        if (redirect.descriptor != (output ? 1 : 0))
            text += number_text(redirect.descriptor);
        switch (redirect.kind) {
        case RedirectKind::input: text += "<"; break;
        case RedirectKind::output: text += ">"; break;
        case RedirectKind::clobber: text += ">|"; break;
        case RedirectKind::append: text += ">>"; break;
        case RedirectKind::read_write: text += "<>"; break;
        case RedirectKind::dup_input: text += "<&"; break;
        case RedirectKind::dup_output: text += ">&"; break;
        case RedirectKind::here_doc:
            text += redirect.strip_tabs ? "<<-" : "<<";
            text += redirect.delimiter;
            continue;
        case RedirectKind::here_string: text += "<<<"; break;
        }
        word(*redirect.target);
    }
}

void Printer::simple(const SimpleCommand& command) {
    bool first = true;
    auto space = [&] {
        if (!first)
            text += ' ';
        first = false;
    };
    for (const Assignment& assignment : command.assignments) {
        space();
        text += assignment.name;
        text += assignment.appends ? "+=" : "=";
        word(*assignment.value);
    }
    for (const Word* each : command.words) {
        space();
        word(*each);
    }
    if (!command.redirects.empty() && !first)
        text += ' ';
    redirects(command.redirects);
}

void Printer::separator() {
    text += text.ends_with('&') ? " " : "; ";
}

void Printer::for_loop(const ForLoop& loop) {
    text += "for ";
    text += loop.name;
    if (loop.has_list) {
        text += " in";
        for (const Word* each : loop.words) {
            text += ' ';
            word(*each);
        }
    }
    text += "; do ";
    node(loop.body);
    separator();
    text += "done";
}

void Printer::case_of(const CaseOf& node_case) {
    text += "case ";
    word(*node_case.subject);
    text += " in ";
    for (const CaseItem& item : node_case.items) {
        for (size_t i = 0; i < item.patterns.size(); ++i) {
            if (i > 0)
                text += '|';
            word(*item.patterns[i]);
        }
        text += ") ";
        node(item.body);
        text += item.end == CaseEnd::leave ? " ;; " : item.end == CaseEnd::fall_through ? " ;& " : " ;;& ";
    }
    text += "esac";
}

void Printer::if_then(const IfThen& node_if) {
    text += "if ";
    node(node_if.condition);
    separator();
    text += "then ";
    node(node_if.then_body);
    const Node* otherwise = node_if.else_body;
    while (otherwise && otherwise->kind == NodeKind::if_then) {
        const auto& next = static_cast<const IfThen&>(*otherwise);
        separator();
        text += "elif ";
        node(next.condition);
        separator();
        text += "then ";
        node(next.then_body);
        otherwise = next.else_body;
    }
    if (otherwise) {
        separator();
        text += "else ";
        node(otherwise);
    }
    separator();
    text += "fi";
}

void Printer::node(const Node* each) {
    if (!each)
        return;
    if (StackGuard::exhausted()) {
        text += "...";
        return;
    }
    auto group = [&](const char* before, const char* after) {
        text += before;
        node(static_cast<const Group*>(each)->body);
        if (*after == ';')
            separator(), text += after + 2;
        else
            text += after;
    };
    switch (each->kind) {
    case NodeKind::simple:
        simple(static_cast<const SimpleCommand&>(*each));
        break;
    case NodeKind::pipeline: {
        const auto& pipeline = static_cast<const Pipeline&>(*each);
        if (pipeline.timed)
            text += "time ";
        if (pipeline.negated)
            text += "! ";
        for (size_t i = 0; i < pipeline.commands.size(); ++i) {
            if (i > 0)
                text += " | ";
            node(pipeline.commands[i]);
        }
        break;
    }
    case NodeKind::and_list:
    case NodeKind::or_list:
        node(static_cast<const BinaryList*>(each)->left);
        text += each->kind == NodeKind::and_list ? " && " : " || ";
        node(static_cast<const BinaryList*>(each)->right);
        break;
    case NodeKind::sequence: {
        bool first = true;
        for (const Node* command : static_cast<const Sequence*>(each)->commands) {
            if (!first)
                separator();
            first = false;
            node(command);
        }
        break;
    }
    case NodeKind::background: group("", " &"); break;
    case NodeKind::subshell: group("(", ")"); break;
    case NodeKind::brace: group("{ ", "; }"); break;
    case NodeKind::redirected:
        node(static_cast<const Redirected*>(each)->body);
        redirects(static_cast<const Redirected*>(each)->redirects);
        break;
    case NodeKind::for_loop: for_loop(static_cast<const ForLoop&>(*each)); break;
    case NodeKind::case_of: case_of(static_cast<const CaseOf&>(*each)); break;
    case NodeKind::if_then: if_then(static_cast<const IfThen&>(*each)); break;
    case NodeKind::while_loop:
    case NodeKind::until_loop: {
        const auto& loop = static_cast<const Loop&>(*each);
        text += each->kind == NodeKind::while_loop ? "while " : "until ";
        node(loop.condition);
        separator();
        text += "do ";
        node(loop.body);
        separator();
        text += "done";
        break;
    }
    case NodeKind::arithmetic_for: arithmetic_for(static_cast<const ArithmeticFor&>(*each)); break;
    case NodeKind::arithmetic_command:
        text += "((";
        expression(*static_cast<const ArithmeticCommand*>(each)->expression);
        text += "))";
        break;
    case NodeKind::conditional:
        text += "[[ ";
        condition(*static_cast<const Conditional*>(each)->condition);
        text += " ]]";
        break;
    case NodeKind::function:
        text += static_cast<const FunctionDefinition*>(each)->name;
        text += "() ";
        node(static_cast<const FunctionDefinition*>(each)->body);
        break;
    }
}

}  // namespace

std::string print_word(const Word& word) {
    Printer printer;
    printer.word(word);
    return std::move(printer.text);
}

std::string print_command(const Node* node) {
    Printer printer;
    printer.node(node);
    return std::move(printer.text);
}

}  // namespace sh
