# The elementwise suite once more for each instruction set, all against the same references in long double; and Adam,
# which has kernels of its own.
foreach(isa baseline avx2 avx512)
  add_test(NAME Elementwise.On_${isa} COMMAND terrella_core_test --gtest_brief=1 --gtest_filter=*Elementwise*:Adam.*)
  set_tests_properties(Elementwise.On_${isa} PROPERTIES ENVIRONMENT TERRELLA_ISA=${isa} TIMEOUT 600
                       SKIP_REGULAR_EXPRESSION "this machine has [a-z0-9]+ at best")
endforeach()
target_link_libraries(terrella_core_test PRIVATE nlohmann_json::nlohmann_json Eigen3::Eigen)
