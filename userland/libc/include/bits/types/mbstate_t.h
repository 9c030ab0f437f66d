// Where C++ libraries look for mbstate_t alone.
#pragma once
#include <bits/mbstate.h>
