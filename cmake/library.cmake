# SPDX-License-Identifier: Apache-2.0
#
# add_folder(NAME LINKS...): the static library of one folder, from every .c file below it. A folder
# that has no source yet becomes an interface library, so that links to it hold.
#   EXCLUDE regex   files that belong to another target
function(add_folder name)
  cmake_parse_arguments(arg "" "" "EXCLUDE;LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
  foreach(pattern IN LISTS arg_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX ${pattern})
  endforeach()
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC flags ${arg_LINKS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE flags ${arg_LINKS})
  endif()
endfunction()
