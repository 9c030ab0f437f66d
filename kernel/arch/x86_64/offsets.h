// Numbers that entry.S shares with C++; checked by static assertions in traps.cpp. Preprocessor only: the assembler
// includes this file.
#pragma once

#define CPU_CURRENT 8
#define CPU_KERNEL_STACK_TOP 16
#define CPU_SCRATCH 24

#define TRAP_FRAME_SIZE 168
#define TRAP_FRAME_CS 136

// From the start of a TrapFrame on an exception stack to the Cpu pointer at the stack's top.
#define OWN_STACK_CPU 168

#define KERNEL_CODE_SELECTOR 0x10
#define KERNEL_DATA_SELECTOR 0x18
#define USER_DATA_SELECTOR 0x2b
#define USER_CODE_SELECTOR 0x33
