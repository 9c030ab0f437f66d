// The four programs. Each is called with the real user's arguments and the effective user root.
#pragma once

namespace login {

int getty_main(int count, char** arguments);
int login_main(int count, char** arguments);
int su_main(int count, char** arguments);
int passwd_main(int count, char** arguments);

} // namespace login
