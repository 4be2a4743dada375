# Installs libraries, headers and the package that find_package(Terrella) reads.
include_guard()
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(libraries GLOBAL PROPERTY TERRELLA_LIBRARIES)
install(TARGETS ${libraries} EXPORT TerrellaTargets COMPONENT development
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
foreach(library ${libraries})
  string(REPLACE terrella_ "" folder ${library})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/terrella
          COMPONENT development FILES_MATCHING PATTERN "*.h" PATTERN "*.def")
endforeach()
install(EXPORT TerrellaTargets NAMESPACE Terrella:: COMPONENT development
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Terrella)
get_property(dependencies GLOBAL PROPERTY TERRELLA_DEPENDENCIES)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/TerrellaConfig.cmake.in
  ${PROJECT_BINARY_DIR}/TerrellaConfig.cmake INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Terrella)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/TerrellaConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/TerrellaConfig.cmake ${PROJECT_BINARY_DIR}/TerrellaConfigVersion.cmake
  COMPONENT development DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Terrella)
