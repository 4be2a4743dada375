// What LAPACK reads behind its matrices: with no page mapped behind that room, a read further on would end the program.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/linalg/dense.h"
#include "core/random.h"

using namespace terrella;

namespace {

using Complex = std::complex<double>;

/// Memory as lapack_memory() makes it, ending where a page begins that nobody may touch.
class Guarded {
 public:
  Guarded(std::int64_t size, std::int64_t rows) {
    const std::size_t page = static_cast<std::size_t>(::getpagesize());
    const std::size_t used = linalg::lapack_memory<Complex>(size, rows).capacity() * sizeof(Complex);
    bytes_ = (used + page - 1) / page * page + page;
    start_ = static_cast<char*>(::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    ::mprotect(start_ + bytes_ - page, page, PROT_NONE);
    data_ = reinterpret_cast<Complex*>(start_ + bytes_ - page - used);
  }
  ~Guarded() { ::munmap(start_, bytes_); }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;
  Complex* data() { return data_; }

 private:
  std::size_t bytes_;
  char* start_;
  Complex* data_;
};

void fill(Complex* a, int size) {
  const std::vector<Complex> values = random_normal({size}, 5, DType::c128).to_vector<Complex>();
  std::copy(values.begin(), values.end(), a);
}

}  // namespace

TEST(LapackMemory, SvdReadsNothingBehindIt) {
  for (int m = 1; m <= 24; ++m)
    for (int n = 1; n <= 24; ++n) {
      const int k = std::min(m, n), most = std::max(m, n), lwork = 4 * k * k + 8 * k + 33 * most;
      Guarded a(m * n, m), u(m * k, m), vh(k * n, k), work(lwork, most);
      std::vector<double> s(static_cast<std::size_t>(k)), rwork(static_cast<std::size_t>(k * (7 * k + 7 + 2 * most)));
      std::vector<int> iwork(static_cast<std::size_t>(8 * k));
      fill(a.data(), m * n);
      int info = -1;
      zgesdd_("S", &m, &n, a.data(), &m, s.data(), u.data(), &m, vh.data(), &k, work.data(), &lwork, rwork.data(),
              iwork.data(), &info);
      ASSERT_EQ(info, 0) << m << " x " << n;
    }
}

TEST(LapackMemory, LqReadsNothingBehindIt) {
  for (int m = 1; m <= 24; ++m)
    for (int n = 1; n <= 24; ++n) {
      const int k = std::min(m, n), lwork = 33 * std::max(m, n);
      Guarded a(m * n, m), tau(k, 0), work(lwork, std::max(m, n));
      fill(a.data(), m * n);
      int info = -1;
      zgelqf_(&m, &n, a.data(), &m, tau.data(), work.data(), &lwork, &info);
      ASSERT_EQ(info, 0) << m << " x " << n;
      zunglq_(&k, &n, &k, a.data(), &m, tau.data(), work.data(), &lwork, &info);
      ASSERT_EQ(info, 0) << m << " x " << n;
    }
}
