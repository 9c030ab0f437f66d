#pragma once
#include <pty.h>
#include <utmpx.h>
