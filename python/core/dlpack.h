// python/core/dlpack.h: the binary interface of DLPack 1.x (https://dmlc.github.io/dlpack/latest/), as far as tensors
// in the memory of the processor need it. Both forms of exchange: capsules "dltensor" and "dltensor_versioned".
#pragma once
#include <cstdint>

namespace terrella::python::dlpack {

enum DeviceType : std::int32_t { device_cpu = 1 };
struct Device {
  std::int32_t type;
  std::int32_t id;
};

enum TypeCode : std::uint8_t {
  type_int = 0,
  type_uint = 1,
  type_float = 2,
  type_bfloat = 4,
  type_complex = 5,
  type_bool = 6
};
struct DataType {
  std::uint8_t code;
  std::uint8_t bits;
  std::uint16_t lanes;
};

struct TensorView {
  void* data;
  Device device;
  std::int32_t rank;
  DataType dtype;
  std::int64_t* shape;
  std::int64_t* strides;  ///< in elements; null for row-major
  std::uint64_t byte_offset;
};

struct Managed {
  TensorView tensor;
  void* context;
  void (*deleter)(Managed*);
};

struct Version {
  std::uint32_t major;
  std::uint32_t minor;
};
inline constexpr Version version{1, 0};
inline constexpr std::uint64_t flag_read_only = 1, flag_is_copied = 2;

struct ManagedVersioned {
  Version version;
  void* context;
  void (*deleter)(ManagedVersioned*);
  std::uint64_t flags;
  TensorView tensor;
};

static_assert(sizeof(TensorView) == 48 && sizeof(Managed) == 64 && sizeof(ManagedVersioned) == 80);

}  // namespace terrella::python::dlpack
