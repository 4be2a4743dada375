# Settings shared by every target of ours, and the functions that make one target per folder.
include_guard()
include(GNUInstallDirs)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2")  # asserts stay on: they guard our own mistakes and cost little

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# Flags of our own code only; what we depend on is included as SYSTEM.
add_library(terrella_flags INTERFACE)
target_compile_options(terrella_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wno-psabi
  $<$<BOOL:${TERRELLA_WERROR}>:-Werror>
  $<$<CXX_COMPILER_ID:Clang>:-Wno-unknown-pragmas>  # `GCC ivdep` helps GCC only
  -fno-math-errno)
if(TERRELLA_SANITIZE)
  # What a sanitizer finds ends the program, so that a test fails by it.
  add_compile_options(-fsanitize=${TERRELLA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${TERRELLA_SANITIZE})
  # GCC warns falsely of what its sanitizers instrument, std::regex for one; the release build keeps the warning.
  target_compile_options(terrella_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()
if(TERRELLA_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # the libraries report their coverage to libFuzzer
endif()

# terrella_find_package(HDF5 COMPONENTS C): find_package of something that the libraries link, which the installed
# TerrellaConfig.cmake then finds for its user too. What only programs and tests link is found by plain find_package.
macro(terrella_find_package)
  find_package(${ARGV} REQUIRED)
  string(REPLACE ";" " " terrella_arguments "${ARGV}")
  set_property(GLOBAL APPEND_STRING PROPERTY TERRELLA_DEPENDENCIES "find_dependency(${terrella_arguments})\n")
endmacro()

# terrella_library(core LINKS Eigen3::Eigen PUBLIC_LINKS ...)
# A static library terrella_<folder> (alias Terrella::<folder>) of every .cpp of the current folder, except
# those below a subfolder that has a CMakeLists.txt of its own.
function(terrella_library folder)
  cmake_parse_arguments(ARG "" "" "LINKS;PUBLIC_LINKS" ${ARGN})
  terrella_sources(sources)
  add_library(terrella_${folder} STATIC ${sources})
  add_library(Terrella::${folder} ALIAS terrella_${folder})
  set_target_properties(terrella_${folder} PROPERTIES EXPORT_NAME ${folder})
  target_include_directories(terrella_${folder} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include/terrella>)
  target_compile_features(terrella_${folder} PUBLIC cxx_std_20)
  target_link_libraries(terrella_${folder} PUBLIC ${ARG_PUBLIC_LINKS}
    PRIVATE ${ARG_LINKS} $<BUILD_INTERFACE:terrella_flags>)
  set_property(GLOBAL APPEND PROPERTY TERRELLA_LIBRARIES terrella_${folder})
endfunction()

# terrella_program(terrella SOURCES main.cpp ... LINKS Terrella::viz): a program for users, in build/<preset>/bin and
# installed beside the others; without SOURCES, of every .cpp of the current folder.
function(terrella_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  if(NOT ARG_SOURCES)
    terrella_sources(ARG_SOURCES)
  endif()
  add_executable(${name}_program ${ARG_SOURCES})
  set_target_properties(${name}_program PROPERTIES OUTPUT_NAME ${name}
                        RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  target_link_libraries(${name}_program PRIVATE ${ARG_LINKS} terrella_flags)
  if(SKBUILD)
    install(TARGETS ${name}_program DESTINATION ${SKBUILD_SCRIPTS_DIR} COMPONENT tools)
  else()
    install(TARGETS ${name}_program DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tools)
  endif()
endfunction()

# Every .cpp below the current folder that no nested CMakeLists.txt claims.
function(terrella_sources result)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  file(GLOB_RECURSE nested CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*/CMakeLists.txt)
  list(FILTER sources EXCLUDE REGEX "[.]kernel[.]cpp$")
  foreach(file ${nested})
    get_filename_component(claimed ${file} DIRECTORY)
    list(FILTER sources EXCLUDE REGEX "^${claimed}/")
  endforeach()
  set(${result} ${sources} PARENT_SCOPE)
endfunction()

# terrella_kernels(target file.cpp): compiles file.cpp three times, for baseline x86-64, AVX2+FMA and AVX-512, with the
# macro TERRELLA_ISA set to baseline, avx2 or avx512, and adds the objects to the target. Such a file holds plain C types
# and intrinsics only, all but its one entry table (named with the ISA) in an unnamed namespace, so that no weak symbol
# is shared between the three. Name it *.kernel.cpp: terrella_library leaves those to this function.
function(terrella_kernels target file)
  set(flags_baseline "")
  set(flags_avx2 -mavx2 -mfma -mbmi2)
  set(flags_avx512 -mavx512f -mavx512dq -mavx512bw -mavx512vl -mavx2 -mfma -mbmi2 -mprefer-vector-width=512)
  if(TERRELLA_SANITIZE MATCHES address)
    # GCC 12 lays the variables that are watched after a return out at addresses that are no multiples of 64, and stores
    # AVX-512 vectors there by instructions that want them (GCC bug 110027).
    list(APPEND flags_avx512 $<$<CXX_COMPILER_ID:GNU>:--param=asan-use-after-return=0>)
  endif()
  get_filename_component(name ${file} NAME_WE)
  foreach(isa baseline avx2 avx512)
    set(object ${target}_${name}_${isa})
    add_library(${object} OBJECT ${file})
    target_compile_definitions(${object} PRIVATE TERRELLA_ISA=${isa})
    target_compile_options(${object} PRIVATE -O3 -fno-trapping-math -fno-math-errno -fwrapv ${flags_${isa}})
    target_include_directories(${object} PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${object} PRIVATE terrella_flags)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${object}>)
    set_property(GLOBAL APPEND PROPERTY TERRELLA_KERNELS ${object})
  endforeach()
endfunction()
