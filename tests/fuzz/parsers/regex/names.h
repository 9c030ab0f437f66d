// The C library's functions under names of their own, beside the host's.
#pragma once
#define regcomp martlet_regcomp
#define regexec martlet_regexec
#define regerror martlet_regerror
#define regfree martlet_regfree
