# Installs what is built below STAGE, then configures, builds and runs the project beside this file against it.
set(stage ${STAGE}/prefix)
file(REMOVE_RECURSE ${STAGE})
foreach(command
    "${CMAKE_COMMAND};--install;${BUILD};--component;development;--prefix;${stage}"
    "${CMAKE_COMMAND};-S;${CMAKE_CURRENT_LIST_DIR};-B;${STAGE}/build;-G;Ninja;-DCMAKE_PREFIX_PATH=${stage};-DCMAKE_CXX_FLAGS=${FLAGS}"
    "${CMAKE_COMMAND};--build;${STAGE}/build"
    "${STAGE}/build/soundings")
  execute_process(COMMAND ${command} RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(failed)
    message(FATAL_ERROR "${command}\n${output}")
  endif()
endforeach()
if(NOT output MATCHES "periods must ascend")
  message(FATAL_ERROR "soundings printed: ${output}")
endif()
message("${output}")
