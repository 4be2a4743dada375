// datasets/safetensors/safetensors.h: named tensors in a safetensors file, as machine learning exchanges weights.
//
// The format (https://huggingface.co/docs/safetensors): 8 bytes with the length of the header, little endian; the
// header, a JSON object of at most 100 MB that gives each name its dtype, shape and place, with texts below
// "__metadata__"; then the values, row-major and little endian, without gaps.
//
// F64, F32, I64, I32, BOOL and C64 are the dtypes of the same names. What others write is read without loss: F16 and
// BF16 as f32, I8, U8, I16 and U16 as i32, U32 as i64. The format knows no c128: such a tensor stands in the file as
// F64 with one more axis of 2 (real, imaginary), and the metadata say "terrella.dtype.NAME": "C128", so that it comes
// back as c128; others read the pairs.
#pragma once
#include <string>
#include <string_view>

#include "datasets/tensor_file.h"

namespace terrella::datasets {

/// Replaces the file `path` as a whole; equal tensors give equal bytes. Throws std::invalid_argument where a name is
/// "__metadata__", a key of the metadata begins with "terrella.dtype.", a text is not UTF-8, or all names and texts
/// take more than 100 MB; Error and ResourceError as write_file does.
void write_safetensors(const TensorFile& file, const std::string& path);
/// The bytes of such a file.
std::string safetensors_bytes(const TensorFile& file);

/// All tensors of a file. Throws FormatError naming the tensor and what is wrong, before memory is taken for values: no
/// such file, a header that is cut off, too long, no JSON or with a key twice, an unknown dtype, a shape that does not
/// match the bytes, values that overlap, leave a gap or do not end with the file, a BOOL that is neither 0 nor 1.
TensorFile read_safetensors(const std::string& path);
/// The texts of its metadata alone.
std::map<std::string, std::string> read_safetensors_metadata(const std::string& path);
/// The same for the bytes of a file; `path` serves messages.
TensorFile parse_safetensors(std::string_view bytes, const std::string& path);

}  // namespace terrella::datasets
