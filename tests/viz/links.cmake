# Readers that know nothing of the code under test, and the program that it starts.
find_package(PNG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(pugixml REQUIRED)
target_link_libraries(terrella_viz_test PRIVATE PNG::PNG ZLIB::ZLIB pugixml::pugixml)
if(TARGET terrella-render_program)
  add_dependencies(terrella_viz_test terrella-render_program)
  target_compile_definitions(terrella_viz_test PRIVATE TERRELLA_RENDER_BUILT)
endif()
