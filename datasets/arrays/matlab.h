// datasets/arrays/matlab.h: numeric arrays of MATLAB files, versions 5 to 7.2 (MAT-File Format, R2023b) and 7.3.
//
// Read are full arrays of numbers and truth values, complex ones too, in both byte orders, compressed or not. MATLAB
// stores small whole numbers of any class in few bytes: they come back in the class that MATLAB shows, 8 and 16 bit
// classes as i32, uint32 and uint64 as i64. Texts, cells, structs, objects, sparse matrices and complex whole numbers
// are refused, unless the arrays that are wanted are named.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "datasets/tensor_file.h"

namespace terrella::datasets {

bool is_matlab_5(std::string_view first_bytes);

/// The arrays of a file; only those of `names`, where there are any. Throws FormatError naming the array.
TensorFile read_matlab_5(const std::string& path, const std::vector<std::string>& names = {});
TensorFile parse_matlab_5(std::string_view bytes, const std::string& path, const std::vector<std::string>& names = {});

}  // namespace terrella::datasets
