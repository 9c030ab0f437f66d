#pragma once
#include <linux/vt.h>
