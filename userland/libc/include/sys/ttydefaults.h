#pragma once
#define CTRL(x) ((x) & 037)
#define CEOF CTRL('d')
#define CEOL 0
#define CERASE 0177
#define CINTR CTRL('c')
#define CKILL CTRL('u')
#define CQUIT 034
#define CSUSP CTRL('z')
#define CSTART CTRL('q')
#define CSTOP CTRL('s')
#define CWERASE CTRL('w')
#define CLNEXT CTRL('v')
