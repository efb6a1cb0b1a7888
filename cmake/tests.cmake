# SPDX-License-Identifier: Apache-2.0
#
# Helpers that add tests. Each takes what a test needs and nothing else:
#   add_unit(NAME SOURCES... LIBS... [LABEL model])     a Criterion executable
#   add_thread_test(NAME SOURCES... LIBS...)            a plain main, also run under tsan
#   add_fuzz(NAME SOURCES... LIBS... CORPUS dir)        libFuzzer, or the corpus replayed
#   add_bench(NAME SOURCES... LIBS...)                  built with TS_BENCH, never a test
#   add_python_test(NAME LABEL COMMAND...)              a script of the standard library
# Tests run in the root of the source tree, so that data is named by its path from there. Those that
# are driven by seeds find the range FIRST..LAST in the environment (TS_SEEDS).
include_guard()
find_library(TS_CRITERION criterion)

# Sanitizers print after Criterion has decided (leaks) or without failing: the text decides.
set(TS_FAIL_TEXT "ERROR: (LeakSanitizer|AddressSanitizer)|WARNING: ThreadSanitizer|runtime error:")

function(ts_executable name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBS} flags)
  needs_generated(${name})
endfunction()

function(ts_test_properties name label)
  set_tests_properties(${name} PROPERTIES
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} LABELS ${label}
    FAIL_REGULAR_EXPRESSION "${TS_FAIL_TEXT}" TIMEOUT 300
    ENVIRONMENT "TS_SEEDS=${TS_SEEDS}")
endfunction()

function(add_unit name)
  cmake_parse_arguments(arg "" "LABEL" "SOURCES;LIBS" ${ARGN})
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  if(NOT TS_CRITERION)
    message(FATAL_ERROR "Criterion is missing (libcriterion-dev): ./dev setup")
  endif()
  ts_executable(${name} SOURCES ${arg_SOURCES} LIBS ${arg_LIBS} ${TS_CRITERION})
  # The parameters of a parameterised test are read by another process: a position-independent
  # binary would be at another address there, and a pointer in a parameter would be wild.
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  add_test(NAME ${name} COMMAND ${name} --jobs 1)
  ts_test_properties(${name} ${arg_LABEL})
endfunction()

function(add_thread_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  ts_executable(${name} SOURCES ${arg_SOURCES} LIBS ${arg_LIBS})
  add_test(NAME ${name} COMMAND ${name})
  ts_test_properties(${name} threads)
endfunction()

function(add_fuzz name)
  cmake_parse_arguments(arg "" "CORPUS" "SOURCES;LIBS" ${ARGN})
  if(TS_FUZZ)
    ts_executable(${name} SOURCES ${arg_SOURCES} LIBS ${arg_LIBS})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    # New inputs go to the first folder, which is ours to throw away.
    set(found ${CMAKE_BINARY_DIR}/corpus/${name})
    file(MAKE_DIRECTORY ${found})
    add_test(NAME ${name} COMMAND ${name} -max_total_time=${TS_FUZZ_SECONDS} -timeout=10
      -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0
      -artifact_prefix=${CMAKE_BINARY_DIR}/${name}. ${found} ${arg_CORPUS})
  else()
    ts_executable(${name} SOURCES ${arg_SOURCES} ${CMAKE_SOURCE_DIR}/tests/fuzz/replay_corpus.c
      LIBS ${arg_LIBS})
    add_test(NAME ${name} COMMAND ${name} ${arg_CORPUS})
  endif()
  # The entry point LLVMFuzzerTestOneInput is declared by no header.
  set_source_files_properties(${arg_SOURCES} PROPERTIES COMPILE_OPTIONS -Wno-missing-prototypes)
  ts_test_properties(${name} fuzz)
endfunction()

function(add_bench name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  ts_executable(${name} SOURCES ${arg_SOURCES} LIBS ${arg_LIBS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
endfunction()

function(add_python_test name label)
  if(NOT Python3_FOUND)
    message(FATAL_ERROR "Python 3 is missing (python3): ./dev setup")
  endif()
  add_test(NAME ${name} COMMAND Python3::Interpreter -B ${ARGN})
  ts_test_properties(${name} ${label})
endfunction()
