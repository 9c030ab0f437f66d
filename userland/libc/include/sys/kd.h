#pragma once
#include <linux/kd.h>
