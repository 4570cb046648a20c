# Fails when docs/onnx-ops.md is not what the table of ops says.
execute_process(COMMAND ${TOOL} OUTPUT_VARIABLE made COMMAND_ERROR_IS_FATAL ANY)
file(READ ${PAGE} kept)
# The table of node tests behind it is checked by node_table.py.
string(FIND "${kept}" "\n## Node tests\n" end)
string(SUBSTRING "${kept}" 0 ${end} kept)
if(NOT made STREQUAL kept)
  message(FATAL_ERROR "${PAGE} is out of date: run ${TOOL} > ${PAGE}")
endif()
