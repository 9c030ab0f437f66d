// getopt, getopt_long, getopt_long_only with GNU's permutation (POSIX.1-2017 getopt, getopt_long(3)): operands met
// on the way are moved behind the options, unless POSIXLY_CORRECT or a leading '+' forbids it; a leading '-'
// returns them as the argument of option 1; "--" ends the options. optind = 0 starts anew.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *optarg;
int optind = 1, opterr = 1, optopt = '?';

namespace {

enum class Order { Permute, RequireOrder, ReturnInOrder };

// Where the scan is between two calls. Arguments [first_operand, end_operand) are operands already passed.
struct Scan {
    bool started = false;
    Order order = Order::Permute;
    char *cluster = nullptr; // the rest of "-abc"
    int first_operand = 1, end_operand = 1;
};

Scan g_scan;

// Exchanges the operands passed with the options found behind them.
void permute(char **arguments) {
    int low = g_scan.first_operand, middle = g_scan.end_operand, high = optind;
    auto reverse = [&](int from, int to) {
        for (; from < --to; from++) {
            char *argument = arguments[from];
            arguments[from] = arguments[to];
            arguments[to] = argument;
        }
    };
    reverse(low, middle);
    reverse(middle, high);
    reverse(low, high);
    g_scan.first_operand += high - middle;
    g_scan.end_operand = high;
}

void complain(const char *program, const char *problem, const char *prefix, const char *option, size_t length) {
    fprintf(stderr, "%s: %s '%s%.*s'\n", program, problem, prefix, static_cast<int>(length), option);
}

class Parser {
public:
    Parser(int count, char** arguments, const char* options, const option* long_options, int* long_index,
           bool long_only)
        : count_(count), arguments_(arguments), options_(options), long_options_(long_options),
          long_index_(long_index), long_only_(long_only) {
        if (optind == 0 || !g_scan.started)
            start();
        if (*options_ == '-' || *options_ == '+')
            options_++;
        quiet_ = *options_ == ':';
        print_ = opterr && !quiet_;
    }

    int next() {
        optarg = nullptr;
        if (!g_scan.cluster || !*g_scan.cluster) {
            int result = next_argument();
            if (result != kIsOption)
                return result;
            char *argument = arguments_[optind];
            if (long_options_) {
                if (argument[1] == '-')
                    return long_option(argument + 2, "--");
                if (long_only_ && (argument[2] || !strchr(options_, argument[1]))) {
                    result = long_option(argument + 1, "-");
                    if (result != kNotLong)
                        return result;
                }
            }
            g_scan.cluster = argument + 1;
        }
        return short_option();
    }

private:
    static constexpr int kIsOption = -2, kNotLong = -3;

    void start() {
        if (optind == 0)
            optind = 1;
        g_scan.started = true;
        g_scan.cluster = nullptr;
        g_scan.first_operand = g_scan.end_operand = optind;
        g_scan.order = *options_ == '-'                                     ? Order::ReturnInOrder
                       : *options_ == '+' || getenv("POSIXLY_CORRECT")      ? Order::RequireOrder
                                                                            : Order::Permute;
    }

    static bool is_operand(const char *argument) { return argument[0] != '-' || argument[1] == 0; }

    // Moves optind to the next option argument, or answers what next() shall.
    int next_argument() {
        if (g_scan.end_operand > optind)
            g_scan.end_operand = optind;
        if (g_scan.first_operand > optind)
            g_scan.first_operand = optind;
        if (g_scan.order == Order::Permute) {
            if (g_scan.first_operand != g_scan.end_operand && g_scan.end_operand != optind)
                permute(arguments_);
            else if (g_scan.end_operand != optind)
                g_scan.first_operand = optind;
            while (optind < count_ && is_operand(arguments_[optind]))
                optind++;
            g_scan.end_operand = optind;
        }
        if (optind < count_ && strcmp(arguments_[optind], "--") == 0) {
            optind++;
            if (g_scan.first_operand != g_scan.end_operand && g_scan.end_operand != optind)
                permute(arguments_);
            else if (g_scan.first_operand == g_scan.end_operand)
                g_scan.first_operand = optind;
            g_scan.end_operand = count_;
            optind = count_;
        }
        if (optind >= count_) {
            if (g_scan.first_operand != g_scan.end_operand)
                optind = g_scan.first_operand;
            return -1;
        }
        if (is_operand(arguments_[optind])) {
            if (g_scan.order == Order::RequireOrder)
                return -1;
            optarg = arguments_[optind++];
            return 1;
        }
        return kIsOption;
    }

    int short_option() {
        char letter = *g_scan.cluster++;
        const char *known = letter == ':' || letter == ';' ? nullptr : strchr(options_, letter);
        bool last = *g_scan.cluster == 0;
        if (last)
            optind++;
        if (!known) {
            if (print_)
                complain(arguments_[0], "invalid option --", "", &letter, 1);
            optopt = static_cast<unsigned char>(letter);
            return '?';
        }
        if (known[1] != ':')
            return letter;
        if (!last) {
            optarg = g_scan.cluster;
            optind++;
        } else if (known[2] != ':') {
            if (optind >= count_) {
                g_scan.cluster = nullptr;
                if (print_)
                    complain(arguments_[0], "option requires an argument --", "", &letter, 1);
                optopt = static_cast<unsigned char>(letter);
                return quiet_ ? ':' : '?';
            }
            optarg = arguments_[optind++];
        }
        g_scan.cluster = nullptr;
        return letter;
    }

    // An exact name, or the only one that begins so; several that mean the same are one.
    const option *find_long(const char *name, size_t length, bool &ambiguous) const {
        const option *found = nullptr;
        ambiguous = false;
        for (const option *each = long_options_; each->name; each++) {
            if (strncmp(each->name, name, length) != 0)
                continue;
            if (strlen(each->name) == length) {
                ambiguous = false;
                return each;
            }
            if (!found)
                found = each;
            else if (long_only_ || found->has_arg != each->has_arg || found->flag != each->flag ||
                     found->val != each->val)
                ambiguous = true;
        }
        return found;
    }

    int long_option(char *name, const char *prefix) {
        size_t length = strcspn(name, "=");
        bool ambiguous;
        const option *found = find_long(name, length, ambiguous);
        if (ambiguous) {
            if (print_)
                report_ambiguous(name, length, prefix);
            return reject(0);
        }
        if (!found) {
            if (long_only_ && prefix[1] == 0 && strchr(options_, *name))
                return kNotLong;
            if (print_)
                complain(arguments_[0], "unrecognized option", prefix, name, strlen(name));
            return reject(0);
        }
        optind++;
        g_scan.cluster = nullptr;
        if (name[length] == '=') {
            if (found->has_arg == no_argument) {
                if (print_)
                    fprintf(stderr, "%s: option '%s%s' doesn't allow an argument\n", arguments_[0], prefix,
                            found->name);
                optopt = found->val;
                return '?';
            }
            optarg = name + length + 1;
        } else if (found->has_arg == required_argument) {
            if (optind >= count_) {
                if (print_)
                    fprintf(stderr, "%s: option '%s%s' requires an argument\n", arguments_[0], prefix, found->name);
                optopt = found->val;
                return quiet_ ? ':' : '?';
            }
            optarg = arguments_[optind++];
        }
        if (long_index_)
            *long_index_ = static_cast<int>(found - long_options_);
        if (found->flag) {
            *found->flag = found->val;
            return 0;
        }
        return found->val;
    }

    void report_ambiguous(const char *name, size_t length, const char *prefix) const {
        fprintf(stderr, "%s: option '%s%s' is ambiguous; possibilities:", arguments_[0], prefix, name);
        for (const option *each = long_options_; each->name; each++) {
            if (strncmp(each->name, name, length) == 0)
                fprintf(stderr, " '%s%s'", prefix, each->name);
        }
        fputc('\n', stderr);
    }

    int reject(int value) {
        g_scan.cluster = nullptr;
        optind++;
        optopt = value;
        return '?';
    }

    int count_;
    char **arguments_;
    const char *options_;
    const option *long_options_;
    int *long_index_;
    bool long_only_, quiet_ = false, print_ = false;
};

} // namespace

extern "C" {

int getopt(int count, char *const arguments[], const char *options) {
    return Parser(count, const_cast<char **>(arguments), options, nullptr, nullptr, false).next();
}

int getopt_long(int count, char *const *arguments, const char *options, const option *long_options, int *index) {
    return Parser(count, const_cast<char **>(arguments), options, long_options, index, false).next();
}

int getopt_long_only(int count, char *const *arguments, const char *options, const option *long_options, int *index) {
    return Parser(count, const_cast<char **>(arguments), options, long_options, index, true).next();
}
}
