#include "datasets/hdf5/types.h"

#include <bit>
#include <mutex>

namespace terrella::datasets::hdf5 {

static_assert(std::endian::native == std::endian::little, "memory and file share their layout");

namespace {
std::mutex& library_mutex() {
  static std::mutex mutex;
  return mutex;
}
// No recursive_mutex: its owner is a number of the thread that changes in a forked child (trial.h), which must go on.
thread_local int depth = 0;
}  // namespace

Library::Library() {
  if (depth == 0) library_mutex().lock();
  ++depth;
  H5Eget_auto2(H5E_DEFAULT, &print_, &print_data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLget_loading_state(&plugins_);
  H5PLset_loading_state(0);
}

void give_memory_back() { H5garbage_collect(); }

Library::~Library() {
  H5PLset_loading_state(plugins_);
  H5Eset_auto2(H5E_DEFAULT, print_, print_data_);
  if (--depth == 0) library_mutex().unlock();
}

Handle complex_type(bool of_double) {
  const hid_t part = of_double ? H5T_IEEE_F64LE : H5T_IEEE_F32LE;
  const std::size_t bytes = of_double ? sizeof(double) : sizeof(float);
  Handle type(H5Tcreate(H5T_COMPOUND, 2 * bytes), H5Tclose);
  H5Tinsert(type.id(), "r", 0, part);
  H5Tinsert(type.id(), "i", bytes, part);
  return type;
}

Handle truth_type() {
  Handle type(H5Tenum_create(H5T_STD_I8LE), H5Tclose);
  for (const Truth value : {Truth::no, Truth::yes})
    H5Tenum_insert(type.id(), value == Truth::no ? "FALSE" : "TRUE", &value);
  return type;
}

Handle string_type() {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.id(), H5T_VARIABLE);
  H5Tset_cset(type.id(), H5T_CSET_UTF8);
  return type;
}

std::string unique_name() {
  static std::uint64_t number = 0;  // under the library's lock
  return text("memory ", ++number);
}

std::string last_error() {
  std::string found;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned, const H5E_error2_t* error, void* into) -> herr_t {
        auto& text_ = *static_cast<std::string*>(into);
        if (text_.empty() && error->desc) text_ = text(" (", error->desc, ")");
        return 0;
      },
      &found);
  return found;
}

std::int64_t must(std::int64_t status, const std::string& object) {
  if (status < 0) throw ResourceError(text("hdf5: ", object, " cannot be written", last_error()));
  return status;
}

}  // namespace terrella::datasets::hdf5
