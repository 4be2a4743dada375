# The header of safetensors files is compared as JSON.
target_link_libraries(terrella_datasets_test PRIVATE nlohmann_json::nlohmann_json)
