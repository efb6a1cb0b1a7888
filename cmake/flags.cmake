# SPDX-License-Identifier: Apache-2.0
#
# The interface target `flags`: what every C file of ours is compiled with. The warning list is the
# one of the house style. Not -Wswitch-enum: it floods on the enums of the libraries that we use.

# Release types of CMake define NDEBUG; ours does not, CHECK stays on anyway.
set(CMAKE_C_FLAGS_RELEASE "-O2 -g" CACHE STRING "flags of Release" FORCE)

find_program(TS_CCACHE ccache)
if(TS_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${TS_CCACHE})
endif()

add_library(flags INTERFACE)
target_compile_options(flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wundef -Wstrict-prototypes -Wmissing-prototypes
  -Wold-style-definition -Wwrite-strings -Wcast-qual -Wpointer-arith -Wformat=2 -Wconversion
  -Wno-sign-conversion
  -fno-common
  # A fused multiply-add would make the last bit of a result depend on the machine.
  -ffp-contract=off)
if(TS_WERROR)
  target_compile_options(flags INTERFACE -Werror)
endif()

# The root is the include path, so that the include list of a file shows its layer; headers that are
# generated at build time live in the same name space.
set(TS_GENERATED ${CMAKE_BINARY_DIR}/generated)
target_include_directories(flags INTERFACE ${CMAKE_SOURCE_DIR} ${TS_GENERATED})

if(TS_SANITIZE)
  target_compile_options(flags INTERFACE
    -fsanitize=${TS_SANITIZE} -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(flags INTERFACE -fsanitize=${TS_SANITIZE})
endif()

include(CheckPIESupported)
check_pie_supported(LANGUAGES C)

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(flags INTERFACE -fstack-protector-strong)
  if(NOT TS_SANITIZE)
    target_compile_options(flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  endif()
  target_link_options(flags INTERFACE -Wl,-z,relro,-z,now)
  include(CheckIPOSupported)
  check_ipo_supported(RESULT ipo LANGUAGES C OUTPUT ipo_why)
  if(ipo AND NOT TS_SANITIZE)
    set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  endif()
endif()
