// Pipelines whose stages work on threads: order, errors, states. Meant for the thread sanitizer, too; the Python tests
// (tests/python/test_data.py) compare contents with numpy and h5py.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <set>
#include <thread>

#include "core/error.h"
#include "core/ops.h"
#include "datasets/file/atomic_file.h"
#include "datasets/hdf5/writer.h"
#include "datasets/pipeline/sources.h"
#include "datasets/pipeline/stages.h"
#include "datasets/pipeline/statistics.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

Sample number(std::int64_t i) { return make_sample({{"i", Tensor(i)}, {"x", Tensor({1.0 * double(i), 0.5})}}); }

std::vector<std::int64_t> numbers(Iteration& iteration, std::size_t most = SIZE_MAX) {
  std::vector<std::int64_t> all;
  Sample sample;
  while (all.size() < most && iteration.next(sample)) {
    const auto values = sample.at("i").to_vector<std::int64_t>();
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}
std::vector<std::int64_t> numbers(const Dataset& dataset, std::int64_t epoch = 0) {
  Iteration iteration(dataset, epoch);
  return numbers(iteration);
}

Sample doubled(const Sample& sample) {
  return make_sample({{"i", 2 * sample.at("i")}, {"x", sin(sample.at("x")).eval()}});
}

/// Everything that has threads, on so many of them.
Dataset threaded(int threads) {
  Dataset d = generated_dataset(200, number, threads);
  d = shuffle(d, {.seed = 3, .buffer = 32});
  d = map(d, doubled, threads);
  d = filter(d, [](const Sample& s) { return s.at("i").item<std::int64_t>() % 6 != 0; });
  d = prefetch(batch(shuffle(d, {.seed = 4, .buffer = 16}), 5), 3);
  return map(
      d, [](const Sample& s) { return s; }, threads);
}

std::string hdf5_file(const char* name, std::int64_t rows) {
  const std::string path = (std::filesystem::temp_directory_path() / name).string();
  hdf5::Writer writer("test", 1);
  std::vector<std::int64_t> i(static_cast<std::size_t>(rows));
  std::vector<double> x(static_cast<std::size_t>(rows * 50));
  for (std::size_t k = 0; k < i.size(); ++k) i[k] = static_cast<std::int64_t>(k);
  for (std::size_t k = 0; k < x.size(); ++k) x[k] = static_cast<double>(k / 50);
  writer.root().write_array<std::int64_t>("i", i, {i.size()});
  writer.root().write_array<double>("x", x, {i.size(), 50});
  write_file(path, writer.finish());
  return path;
}

}  // namespace

TEST(Pipeline, OrderDoesNotDependOnThreads) {
  const auto expected = numbers(threaded(1));
  EXPECT_EQ(expected.size(), 133u);
  EXPECT_EQ(std::set(expected.begin(), expected.end()).size(), expected.size());
  for (const int threads : {2, 4, 7}) EXPECT_EQ(numbers(threaded(threads)), expected) << threads;
  EXPECT_NE(numbers(threaded(2), 1), expected);
}

TEST(Pipeline, GoesOnFromAnyState) {
  const auto expected = numbers(threaded(1));
  for (std::size_t stop = 0; stop <= expected.size(); stop += 5) {
    Iteration iteration(threaded(3));
    auto seen = numbers(iteration, stop);
    Iteration rest(threaded(2), state_of_text(to_text(iteration.state())));
    for (const auto i : numbers(rest)) seen.push_back(i);
    EXPECT_EQ(seen, expected) << stop;
  }
}

TEST(Pipeline, ReadsHdf5OnThreads) {
  const std::string path = hdf5_file("terrella_pipeline_test.h5", 3000);
  Hdf5Options options{.fields = {{"i", "i", {}}, {"x", "x", {Slice{10, 12, 1}}}}};
  options.block_bytes = 4096;
  std::vector<std::int64_t> expected;
  for (const int threads : {1, 4}) {
    options.threads = threads;
    const Dataset dataset = hdf5_dataset({path}, options);
    ASSERT_EQ(dataset.size, 3000);
    const auto order = numbers(shuffle(dataset, {.seed = 1, .buffer = 200}));
    if (expected.empty()) expected = order;
    EXPECT_EQ(order, expected);
    EXPECT_EQ(std::set(order.begin(), order.end()).size(), 3000u);
    Iteration iteration(dataset);
    Sample sample;
    for (std::int64_t i = 0; iteration.next(sample); ++i) {
      ASSERT_EQ(sample.at("i").item<std::int64_t>(), i);
      ASSERT_EQ(sample.at("x").to_vector<double>(), std::vector<double>(2, static_cast<double>(i)));
    }
  }
  // Two iterations of one dataset on two threads share its files.
  const Dataset dataset = hdf5_dataset({path}, options);
  std::vector<std::int64_t> one, other;
  std::thread thread([&] { one = numbers(dataset); });
  other = numbers(dataset);
  thread.join();
  EXPECT_EQ(one, other);
  std::filesystem::remove(path);
}

TEST(Pipeline, ErrorsComeInTheirPlaceAndStay) {
  for (const int threads : {1, 4}) {
    const Dataset dataset = prefetch(map(
        generated_dataset(50, number, threads),
        [](const Sample& s) {
          if (s.at("i").item<std::int64_t>() == 20) throw Error("sample 20 is bad");
          return s;
        },
        threads));
    Iteration iteration(dataset);
    EXPECT_EQ(numbers(iteration, 20).size(), 20u);
    Sample sample;
    EXPECT_THROW(iteration.next(sample), Error);
    try {
      iteration.next(sample);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) { EXPECT_NE(std::string(error.what()).find("sample 20 is bad"), std::string::npos); }
    // Its state is that of the sample that could not be had.
    Iteration again(dataset, iteration.state());
    EXPECT_THROW(again.next(sample), Error);
  }
}

TEST(Pipeline, ADroppedIterationEndsItsThreads) {
  std::atomic<int> running{0};
  for (int i = 0; i < 50; ++i) {
    Iteration iteration(prefetch(map(
        generated_dataset(1000, number, 3),
        [&](const Sample& s) {
          ++running;
          const Sample result = doubled(s);
          --running;
          return result;
        },
        4)));
    Sample sample;
    ASSERT_TRUE(iteration.next(sample));
  }
  EXPECT_EQ(running, 0);
}

TEST(Pipeline, ACacheIsSharedBetweenThreads) {
  const Dataset dataset = cache(map(generated_dataset(100, number, 2), doubled, 2));
  std::vector<std::int64_t> one, other;
  std::thread thread([&] { one = numbers(dataset); });
  other = numbers(dataset);
  thread.join();
  EXPECT_EQ(one, other);
  EXPECT_EQ(numbers(dataset), one);
}

TEST(Statistics, AreThoseOfTheNumbers) {
  const Statistics s = statistics(generated_dataset(5, number, 2));
  EXPECT_EQ(s.samples, 5);
  EXPECT_DOUBLE_EQ(s.fields[0].mean.item(), 2);
  EXPECT_DOUBLE_EQ(s.fields[0].deviation.item(), std::sqrt(2.0));
  const Sample n = normalized(number(4), s);
  EXPECT_DOUBLE_EQ(n.at("i").item(), std::sqrt(2.0));
  EXPECT_EQ(n.at("x").to_vector<double>()[1], 0);  // does not vary
}

TEST(Statistics, RoundingIsNoVariation) {
  // Sums of 0.1 round, and so does their mean; 0.1 + 0.2 is 0.3 to one unit in the last place.
  const auto nearly_constant = [](std::int64_t i) {
    return make_sample({{"same", Tensor(std::vector<double>(7, 0.1))}, {"near", Tensor(i % 2 ? 0.1 + 0.2 : 0.3)}});
  };
  const Dataset samples = generated_dataset(100, nearly_constant);
  for (const auto& keep : {std::vector<int>{}, std::vector<int>{0}}) {
    const Statistics s = statistics(samples, {keep});
    for (const FieldStatistics& field : s.fields)
      for (const double deviation : field.deviation.to_vector<double>()) EXPECT_EQ(deviation, 0) << field.name;
    const Sample n = normalized(nearly_constant(1), s), back = normalized(n, s, true);
    for (const Tensor& x : n.values)
      for (const double value : x.to_vector<double>()) EXPECT_EQ(value, 0);
    EXPECT_NEAR(back.at("same").to_vector<double>()[3], 0.1, 1e-15);
  }
  const auto small = [](std::int64_t i) { return make_sample({{"x", Tensor(1 + 1e-14 * double(i % 2))}}); };
  EXPECT_NEAR(statistics(generated_dataset(100, small)).fields[0].deviation.item(), 5e-15, 1e-15);
}

TEST(Statistics, AxesThatNoFieldHasAreRefused) {
  const Dataset samples = generated_dataset(5, number);  // i [], x [2]
  EXPECT_NO_THROW(statistics(samples, {std::vector<int>{-1}}));
  for (const int axis : {1, -2, 7}) {
    try {
      statistics(samples, {std::vector<int>{axis}});
      ADD_FAILURE() << axis;
    } catch (const std::invalid_argument& error) {
      EXPECT_NE(std::string(error.what()).find("which no field of a sample has"), std::string::npos) << error.what();
    }
  }
}
