# SPDX-License-Identifier: Apache-2.0
#
# generate_avro(target NAME...): NAME.avsc becomes generated/schemas/NAME.{c,h} (a struct and a table
# of its fields) and a part of the target. Outputs are named, so nothing runs again without a change.
function(generate_avro target)
  set(dir ${TS_GENERATED}/schemas)
  file(MAKE_DIRECTORY ${dir})
  get_target_property(type ${target} TYPE)
  foreach(name IN LISTS ARGN)
    set(avsc ${CMAKE_CURRENT_SOURCE_DIR}/${name}.avsc)
    # avsc2c ends at once and leaves its memory to the system: no leak check while building.
    add_custom_command(OUTPUT ${dir}/${name}.c ${dir}/${name}.h
      COMMAND ${CMAKE_COMMAND} -E env ASAN_OPTIONS=detect_leaks=0
              $<TARGET_FILE:avsc2c> ${avsc} ${dir}/${name}
      DEPENDS avsc2c ${avsc}
      COMMENT "avsc2c ${name}.avsc" VERBATIM)
    list(APPEND outputs ${dir}/${name}.c ${dir}/${name}.h)
  endforeach()
  add_custom_target(${target}_generated DEPENDS ${outputs})
  if(NOT type STREQUAL "INTERFACE_LIBRARY")
    target_sources(${target} PRIVATE ${outputs})
  endif()
endfunction()

# Libraries that include generated headers must be compiled after they were written.
function(needs_generated)
  foreach(target IN LISTS ARGN)
    if(TARGET ${target} AND TARGET schemas_generated)
      get_target_property(type ${target} TYPE)
      if(NOT type STREQUAL "INTERFACE_LIBRARY")
        add_dependencies(${target} schemas_generated)
      endif()
    endif()
  endforeach()
endfunction()
