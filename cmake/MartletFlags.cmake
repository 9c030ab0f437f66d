# Compiler flags and the functions by which folders add to the system.
#
#   martlet_kernel_sources(a.cpp ...)          adds sources to build/kernel.elf
#   martlet_user_library(name a.cpp ...)       a static library against our libc
#   martlet_user_program(name PATH /bin/x a.cpp ... [LIBS l ...])
#                                              a static-PIE program placed at PATH in the initrd
#   martlet_root_link(target path)             a symbolic link in the initrd
#   martlet_precompile(target HEADERS...)      compiles the library's headers that most sources read once for the target
#   martlet_host_test(name a.cpp ... )         a GoogleTest run by ctest (MARTLET_HOST only)
#   martlet_kernel_test(name a.cpp ... )       the same for kernel code, with stand-ins for arch/

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS ON)
set(CMAKE_C_STANDARD 17)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(LLVM_CXX_HEADERS /usr/lib/llvm-19/include/c++/v1)

set(MARTLET_WARNINGS
  -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor -Wimplicit-fallthrough
  -Wthread-safety -Wvla -Wno-unused-parameter -Wno-c99-designator)

# Paths in debug information and in __FILE__ are relative: same commit, same bytes.
set(MARTLET_COMMON
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=. -ffile-prefix-map=${CMAKE_BINARY_DIR}=build
  -fno-exceptions -fno-rtti -ftrivial-auto-var-init=zero -fno-ident
  -ffunction-sections -fdata-sections -g)

if(MARTLET_VARIANT STREQUAL "debug")
  set(MARTLET_OPT -O1 -DMARTLET_DEBUG=1)
else()
  set(MARTLET_OPT -O2 -DNDEBUG)
endif()

add_library(martlet_kernel_flags INTERFACE)
target_compile_options(martlet_kernel_flags INTERFACE
  --target=x86_64-unknown-none-elf ${MARTLET_WARNINGS} ${MARTLET_COMMON} ${MARTLET_OPT}
  -ffreestanding -nostdlibinc -mcmodel=kernel -mno-red-zone -fno-pic -mno-sse -mno-sse2 -mno-mmx
  -fno-omit-frame-pointer -fno-strict-aliasing -fno-asynchronous-unwind-tables
  # A static is a constant or made by the boot processor: one made at its first use would need a lock (tests/build).
  $<$<COMPILE_LANGUAGE:CXX>:-nostdinc++ -fno-sized-deallocation -fno-threadsafe-statics -fno-c++-static-destructors>
  # libc++'s headers find our configuration and our small C headers before Debian's.
  $<$<COMPILE_LANGUAGE:CXX>:-isystem${CMAKE_SOURCE_DIR}/kernel/base/libcxx>
  $<$<COMPILE_LANGUAGE:CXX>:-isystem${LLVM_CXX_HEADERS}>
  "-isystem${CMAKE_SOURCE_DIR}/kernel/base/cheaders"
  -I${CMAKE_SOURCE_DIR}/kernel -I${CMAKE_SOURCE_DIR}/kernel/arch/include)

add_library(martlet_user_flags INTERFACE)
target_compile_options(martlet_user_flags INTERFACE
  --target=x86_64-unknown-linux-gnu ${MARTLET_WARNINGS} ${MARTLET_COMMON} ${MARTLET_OPT}
  -fPIE -fvisibility=hidden -nostdlibinc -fno-asynchronous-unwind-tables -fno-unwind-tables
  $<$<COMPILE_LANGUAGE:CXX>:-nostdinc++ -fno-threadsafe-statics>
  $<$<COMPILE_LANGUAGE:CXX>:-isystem${CMAKE_SOURCE_DIR}/userland/libcxx/include>
  $<$<COMPILE_LANGUAGE:CXX>:-isystem${LLVM_CXX_HEADERS}>
  "-isystem${CMAKE_SOURCE_DIR}/userland/libc/include")

# Reading libc++'s headers is most of a source's compile time. A compiler cache is told apart: it compares the text of
# headers, which a precompiled file hides.
if(CMAKE_CXX_COMPILER_LAUNCHER)
  set(precompile_default OFF)
else()
  set(precompile_default ON)
endif()
option(MARTLET_PRECOMPILE "Compile the headers of the C++ library once for each target" ${precompile_default})
set(CMAKE_PCH_INSTANTIATE_TEMPLATES ON)

function(martlet_precompile target)
  if(MARTLET_PRECOMPILE)
    list(TRANSFORM ARGN REPLACE "(.+)" "$<$<COMPILE_LANGUAGE:CXX>:<\\1$<ANGLE-R>>")
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()

set(MARTLET_USER_HEADERS algorithm array map memory optional span string string_view utility vector)

function(martlet_kernel_sources)
  foreach(source ${ARGN})
    set_property(GLOBAL APPEND PROPERTY MARTLET_KERNEL_SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/${source})
  endforeach()
endfunction()

function(martlet_user_library name)
  add_library(${name} STATIC ${ARGN})
  target_link_libraries(${name} PUBLIC martlet_user_flags)
endfunction()

function(martlet_user_program name)
  cmake_parse_arguments(arg "" "PATH" "LIBS" ${ARGN})
  add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE martlet_user_flags ${arg_LIBS} martlet_libcxx martlet_libc)
  target_link_options(${name} PRIVATE --target=x86_64-unknown-linux-gnu -fuse-ld=lld -nostdlib -static-pie
    -Wl,--gc-sections -Wl,--build-id=none -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--pack-dyn-relocs=relr
    $<TARGET_OBJECTS:martlet_crt>)
  add_dependencies(${name} martlet_crt)
  martlet_precompile(${name} ${MARTLET_USER_HEADERS})
  set_property(GLOBAL APPEND PROPERTY MARTLET_ROOT_PROGRAMS "${name}=${arg_PATH}")
endfunction()

function(martlet_root_link target path)
  set_property(GLOBAL APPEND PROPERTY MARTLET_ROOT_LINKS "${path}=${target}")
endfunction()

# Host unit tests: glibc, libstdc++ and the address and undefined-behaviour sanitizers. The headers that every test
# reads are compiled once for each program.
function(martlet_host_test name)
  martlet_host_program(${name} ${ARGN})
  target_precompile_headers(${name} PRIVATE <gtest/gtest.h> <algorithm> <map> <memory> <string> <vector>)
endfunction()

# A host test of kernel code: the kernel's headers, and the host's stand-ins for arch/ in tests/unit/shim.
function(martlet_kernel_test name)
  martlet_host_program(${name} ${ARGN})
  target_precompile_headers(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/unit/shim/kernel_host.h)
  target_include_directories(${name} BEFORE PRIVATE ${CMAKE_SOURCE_DIR}/tests/unit/shim)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/kernel/arch/include)
  target_compile_definitions(${name} PRIVATE MARTLET_HOST_TEST=1)
  target_compile_options(${name} PRIVATE -Wno-gnu-statement-expression-from-macro-expansion -fno-c++-static-destructors)
endfunction()

function(martlet_host_program name)
  add_executable(${name} ${ARGN})
  target_compile_options(${name} PRIVATE ${MARTLET_WARNINGS} -g -O1
    -fsanitize=address,undefined -fno-sanitize-recover=all)
  target_link_options(${name} PRIVATE -fsanitize=address,undefined)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/kernel ${CMAKE_SOURCE_DIR}/tests/unit/shim)
  find_package(GTest REQUIRED)
  target_link_libraries(${name} PRIVATE GTest::gtest_main GTest::gmock)
  add_test(NAME ${name} COMMAND ${name})
endfunction()
