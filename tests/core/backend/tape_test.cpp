// Tapes against eager operations, bit for bit; in place, by threads, wrongly used.
#include "core/backend/tape.h"

#include "core/backend/cpu/parallel.h"
#include "tests/core/backend/tape_cases.h"

namespace terrella {
namespace {

using namespace test;

const DType dtypes[] = {DType::boolean, DType::i32, DType::i64, DType::f32, DType::f64, DType::c64, DType::c128};

/// A tape of one instruction over operands of these shapes.
Tape single(Elementwise operation, DType from, DType to, const Shape& space, const std::vector<Shape>& shapes) {
  Tape tape;
  tape.space = space;
  TapeInstruction in{operation, to, {}};
  in.operands = {-1, -1, -1};
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const bool condition = operation == Elementwise::select && i == 0;
    tape.inputs.push_back({condition ? DType::boolean : from, shapes[i]});
    in.operands[i] = static_cast<std::int32_t>(i);
  }
  tape.instructions = {in};
  tape.outputs.push_back({static_cast<std::int32_t>(shapes.size()), std::nullopt, {}});
  return tape;
}

std::vector<Array> inputs_of(const Tape& tape, std::uint64_t seed) {
  std::vector<Array> inputs;
  for (const TapeInput& in : tape.inputs) inputs.push_back(numbers(in.dtype, in.shape, seed++));
  return inputs;
}

TEST(Tape, EveryOperationIsTheEagerOne) {
  const Shape space = {7, 771};
  const std::vector<Shape> full(3, space), narrow = {{1}, {7, 1}, {771}}, other = {{7, 1}, {771}, {7, 771}};
  int checked = 0;
  for (int code = 0; code <= static_cast<int>(Elementwise::count); ++code) {
    const auto operation = static_cast<Elementwise>(code);
    const auto count = static_cast<std::size_t>(arity(operation));
    for (const DType from : dtypes)
      for (const DType to : dtypes)
        for (const auto& shapes : {full, narrow, other}) {
          const Tape tape =
              single(operation, from, to, space, {shapes.begin(), shapes.begin() + static_cast<std::ptrdiff_t>(count)});
          try {
            check(tape);
          } catch (const std::invalid_argument&) {
            continue;  // not of this dtype
          }
          ++checked;
          const std::vector<Array> inputs = inputs_of(tape, 3);
          const Array found = run(tape, inputs)[0], expected = eager(tape, inputs)[0];
          // Products of complex numbers are rounded as the compiler contracts them, loop by loop.
          if (is_complex(from))
            expect_near(found, expected, 1, to_string(tape));
          else
            expect_same(found, expected, to_string(tape));
        }
  }
  EXPECT_GT(checked, 3 * 250);
}

/// A tape of random instructions over the space, inputs of random broadcast shapes.
Tape random_tape(const Shape& space, std::uint64_t seed, bool reductions) {
  std::mt19937_64 random(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  Tape tape;
  tape.space = space;
  const DType some[] = {DType::f64, DType::f32, DType::f64, DType::c128, DType::i64, DType::boolean};
  const std::size_t inputs = 2 + below(4);
  for (std::size_t i = 0; i < inputs; ++i) {
    Shape shape;
    const int from = i == 0 ? 0 : static_cast<int>(below(static_cast<std::size_t>(space.rank()) + 1));
    for (int axis = from; axis < space.rank(); ++axis) shape.push_back(i > 0 && below(4) == 0 ? 1 : space[axis]);
    tape.inputs.push_back({i == 0 ? DType::f64 : some[below(6)], shape});
  }
  const Elementwise unary[] = {Elementwise::negative,   Elementwise::abs,  Elementwise::square,
                               Elementwise::tanh,       Elementwise::sqrt, Elementwise::exp,
                               Elementwise::reciprocal, Elementwise::sign, Elementwise::logical_not};
  const Elementwise binary[] = {Elementwise::add,     Elementwise::subtract, Elementwise::multiply,
                                Elementwise::minimum, Elementwise::maximum,  Elementwise::divide,
                                Elementwise::add,     Elementwise::multiply, Elementwise::subtract,
                                Elementwise::less,    Elementwise::equal};
  const std::size_t wanted = 1 + below(24);
  for (std::size_t tries = 0; tape.instructions.size() < wanted && tries < 2000; ++tries) {
    const std::size_t values = tape.inputs.size() + tape.instructions.size();
    // Mostly the newest values, so that runs arise.
    const auto any = [&] {
      return static_cast<std::int32_t>(below(3) ? values - 1 - below(std::min<std::size_t>(values, 3)) : below(values));
    };
    TapeInstruction in;
    const std::size_t kind = below(10);
    in.operands = {any(), -1, -1};
    in.dtype = dtype_of_value(tape, in.operands[0]);
    if (kind < 2) {
      in.operation = unary[below(9)];
      if (in.operation == Elementwise::abs) in.dtype = real_of(in.dtype);
    } else if (kind == 2) {
      in.operation = Elementwise::count;
      in.dtype = some[below(5)];
    } else if (kind == 3) {
      in.operation = Elementwise::select;
      in.operands = {any(), any(), any()};
      in.dtype = dtype_of_value(tape, in.operands[1]);
    } else {
      in.operation = binary[below(11)];
      in.operands[1] = any();
      if (in.operation == Elementwise::less || in.operation == Elementwise::equal) in.dtype = DType::boolean;
    }
    const bool product = in.operation != Elementwise::select && in.operation != Elementwise::count &&
                         in.operation != Elementwise::add && in.operation != Elementwise::subtract &&
                         in.operation != Elementwise::negative;
    if (product && is_complex(in.dtype)) continue;  // not the same bits in every loop
    tape.instructions.push_back(in);
    try {
      check(tape);
    } catch (const std::invalid_argument&) { tape.instructions.pop_back(); }
  }
  const std::size_t values = tape.inputs.size() + tape.instructions.size();
  const std::size_t outputs = 1 + below(3);
  for (std::size_t i = 0; i < outputs; ++i) {
    TapeOutput out;
    out.value = static_cast<std::int32_t>(i == 0 ? values - 1 : below(values));
    if (reductions && below(4) != 0) {
      for (int axis = 0; axis < space.rank(); ++axis) out.reduced[static_cast<std::size_t>(axis)] = below(2) == 0;
      const DType d = dtype_of_value(tape, out.value);
      const Reduction all[] = {Reduction::sum, Reduction::minimum, Reduction::maximum, Reduction::sum};
      out.reduction = d == DType::boolean ? (below(2) ? Reduction::any : Reduction::all)
                      : is_complex(d)     ? Reduction::sum
                                          : all[below(4)];
    }
    tape.outputs.push_back(out);
  }
  return tape;
}

const Shape spaces[] = {{},        {1},        {5},       {0},          {3, 0, 2},      {100003},
                        {37, 64},  {4097, 3},  {3, 4097}, {2, 3, 4, 5}, {5, 1, 700, 2}, {40, 30, 50},
                        {2, 9000}, {300, 1000}};

TEST(Tape, RandomTapesAreEagerOperations) {
  std::uint64_t seed = 1;
  for (const Shape& space : spaces)
    for (int i = 0; i < (space.size() > 50000 ? 12 : 60); ++i, ++seed) {
      const Tape tape = random_tape(space, seed, false);
      std::vector<Array> inputs = inputs_of(tape, seed);
      if (i % 3 == 1)
        for (Array& x : inputs) x = strided(x);
      const std::vector<Array> expected = eager(tape, inputs), found = run(tape, inputs);
      for (std::size_t k = 0; k < found.size(); ++k)
        expect_same(found[k], expected[k], "seed " + std::to_string(seed) + "\n" + to_string(tape));
      if (HasFailure()) return;
    }
}

TEST(Tape, ReductionsAreEagerOnes) {
  std::uint64_t seed = 1001;
  for (const Shape& space : spaces)
    for (int i = 0; i < (space.size() > 50000 ? 12 : 60); ++i, ++seed) {
      const Tape tape = random_tape(space, seed, true);
      const bool empty = space.size() == 0;
      std::vector<Array> inputs = inputs_of(tape, seed);
      if (i % 3 == 1)
        for (Array& x : inputs) x = strided(x);
      const std::vector<Array> found = run(tape, inputs), expected = eager(tape, inputs);
      for (std::size_t k = 0; k < found.size(); ++k) {
        const TapeOutput& out = tape.outputs[k];
        if (!out.reduction || out.reduction != Reduction::sum) {
          expect_same(found[k], expected[k], "seed " + std::to_string(seed) + "\n" + to_string(tape));
          continue;
        }
        // Rounding is relative to the sum of the moduli.
        Tape moduli = tape;
        const DType d = dtype_of_value(tape, out.value);
        double scale = 1;
        if (is_floating(d) && !empty) {
          moduli.instructions.push_back({Elementwise::abs, real_of(d), {out.value, -1, -1}});
          moduli.outputs = {
              {static_cast<std::int32_t>(tape.inputs.size() + tape.instructions.size()), Reduction::sum, out.reduced}};
          scale = max_abs(Tensor::from(eager(moduli, inputs)[0]));
        }
        expect_near(found[k], expected[k], scale, "seed " + std::to_string(seed) + "\n" + to_string(tape));
      }
      if (HasFailure()) return;
    }
}

TEST(Tape, SameBitsWithOneTwoFourThreads) {
  for (const Shape& space : {Shape{1000003}, Shape{100, 9000}, Shape{9000, 100}, Shape{60, 70, 300}})
    for (std::uint64_t seed = 1; seed < 9; ++seed) {
      const Tape tape = random_tape(space, seed, true);
      const std::vector<Array> inputs = inputs_of(tape, seed);
      cpu::set_threads(1);
      const std::vector<Array> alone = run(tape, inputs);
      for (const int threads : {2, 4}) {
        cpu::set_threads(threads);
        const std::vector<Array> together = run(tape, inputs);
        for (std::size_t k = 0; k < alone.size(); ++k)
          EXPECT_EQ(bytes_of(together[k]), bytes_of(alone[k])) << to_string(tape);
      }
      cpu::set_threads(0);
    }
}

TEST(Tape, SameBitsWhateverTheStrides) {
  Tape tape;
  tape.space = {60, 70, 30};
  tape.inputs = {{DType::f32, tape.space}};
  tape.outputs = {{0, Reduction::sum, {true, false, true}}, {0, Reduction::sum, {true, true, true}}};
  const std::vector<Array> inputs = inputs_of(tape, 1);
  const std::vector<Array> turned = {strided(inputs[0])};
  const auto a = run(tape, inputs), b = run(tape, turned);
  for (std::size_t k = 0; k < 2; ++k) EXPECT_EQ(bytes_of(a[k]), bytes_of(b[k]));
}

TEST(Tape, OutputsMayStandWhereInputsStood) {
  std::uint64_t seed = 5001;
  for (const Shape& space : spaces)
    for (int i = 0; i < 20; ++i, ++seed) {
      const Tape tape = random_tape(space, seed, i % 2 == 0);
      std::vector<Array> inputs = inputs_of(tape, seed);
      const std::vector<Array> expected = run(tape, inputs);
      std::vector<Array> outputs(tape.outputs.size());
      std::vector<bool> taken(inputs.size(), false);
      for (std::size_t k = 0; k < outputs.size(); ++k)
        for (std::size_t j = 0; j < inputs.size() && !outputs[k].buffer; ++j)
          if (!taken[j] && inputs[j].dtype == expected[k].dtype && inputs[j].shape == expected[k].shape) {
            outputs[k] = inputs[j];
            taken[j] = true;
          }
      std::vector<const void*> memory;
      for (const Array& out : outputs) memory.push_back(out.buffer ? out.bytes() : nullptr);
      const auto program = default_backend().compile(tape);
      const TapeCall call{program.get(), inputs, outputs};
      default_backend().run({&call, 1});
      for (std::size_t k = 0; k < outputs.size(); ++k) {
        expect_same(outputs[k], expected[k], to_string(tape));
        if (memory[k]) { EXPECT_EQ(outputs[k].bytes(), memory[k]); }
      }
      if (HasFailure()) return;
    }
}

TEST(Tape, ManyCallsAreOneJob) {
  std::vector<Tape> tapes;
  std::vector<std::shared_ptr<const TapeProgram>> programs;
  std::vector<std::vector<Array>> inputs, outputs;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    tapes.push_back(random_tape(spaces[seed % std::size(spaces)], seed, true));
    programs.push_back(default_backend().compile(tapes.back()));
    inputs.push_back(inputs_of(tapes.back(), seed));
    outputs.emplace_back(tapes.back().outputs.size());
  }
  std::vector<TapeCall> calls;
  for (std::size_t i = 0; i < tapes.size(); ++i) calls.push_back({programs[i].get(), inputs[i], outputs[i]});
  default_backend().run(calls);
  for (std::size_t i = 0; i < tapes.size(); ++i) {
    const std::vector<Array> alone = run(tapes[i], inputs[i]);
    for (std::size_t k = 0; k < alone.size(); ++k)
      EXPECT_EQ(bytes_of(outputs[i][k]), bytes_of(alone[k])) << to_string(tapes[i]);
  }
}

template <class F>
std::string message(const F& f) {
  try {
    f();
  } catch (const std::invalid_argument& e) { return e.what(); }
  return "nothing thrown";
}

TEST(Tape, WrongUseIsNamed) {
  Tape good = single(Elementwise::add, DType::f64, DType::f64, {3, 4}, {{3, 4}, {4}});
  const auto compiled = [](const Tape& tape) { return message([&] { default_backend().compile(tape); }); };
  EXPECT_EQ(compiled(good), "nothing thrown");
  Tape bad = good;
  bad.inputs[1].shape = {3};
  EXPECT_EQ(compiled(bad), "tape: input x1 of shape [3] does not broadcast to the space [3, 4]");
  bad = good;
  bad.inputs[1].inner = 2;
  EXPECT_EQ(compiled(bad),
            "tape: input x1 of shape [4] with 2 inner elements is no product of matrices over the space [3, 4]");
  bad = good;
  bad.inputs[1].dtype = DType::f32;
  EXPECT_EQ(compiled(bad), "tape: instruction v0 (add): operands of f64 and f32; convert one of them first");
  bad = good;
  bad.instructions[0].dtype = DType::f32;
  EXPECT_EQ(compiled(bad), "tape: instruction v0 (add): gives f64, not f32");
  bad = good;
  bad.instructions[0].operands[1] = 2;
  EXPECT_EQ(
      compiled(bad),
      "tape: instruction v0 (add): operand 1 is value 2; it takes 2 of the 2 values before it, and -1 for the rest");
  bad = single(Elementwise::erf, DType::c128, DType::c128, {3}, {{3}});
  EXPECT_EQ(compiled(bad), "tape: instruction v0 (erf): not defined for c128");
  bad = good;
  bad.outputs[0].value = 3;
  EXPECT_EQ(compiled(bad), "tape: output 0 is value 3 of 3");
  bad = good;
  bad.outputs[0].reduction = Reduction::any;
  EXPECT_EQ(compiled(bad), "tape: output 0: no any of f64");
  bad = good;
  bad.outputs[0].reduced[0] = true;
  EXPECT_EQ(compiled(bad), "tape: output 0 is reduced over axis 0 without a reduction");

  const auto program = default_backend().compile(good);
  const auto called = [&](std::vector<Array> inputs, std::vector<Array> outputs) {
    const TapeCall call{program.get(), inputs, outputs};
    return message([&] { default_backend().run({&call, 1}); });
  };
  const Array x = numbers(DType::f64, {3, 4}, 1), y = numbers(DType::f64, {4}, 2), z = numbers(DType::f64, {1, 4}, 2);
  EXPECT_EQ(called({x, y}, {Array()}), "nothing thrown");
  EXPECT_EQ(called({x, z}, {Array()}), "tape: input 1 is f64 [1, 4], compiled for f64 [4]");
  EXPECT_EQ(called({x}, {Array()}), "tape: called with 1 inputs and 1 outputs; it has 2 and 1");
  EXPECT_EQ(called({x, y}, {y}), "tape: output 0 is f64 [4]; the tape gives f64 [3, 4]");
  EXPECT_EQ(called({x, y}, {strided(x)}), "tape: output 0 is f64 [3, 4], not row-major; the tape gives f64 [3, 4]");
}

TEST(Tape, IsPrinted) {
  Tape tape = single(Elementwise::multiply, DType::f32, DType::f32, {3, 4}, {{3, 4}, {4}});
  tape.instructions.push_back({Elementwise::count, DType::f64, {2, -1, -1}});
  tape.outputs.push_back({3, Reduction::sum, {true, false}});
  EXPECT_EQ(to_string(tape),
            "tape over [3, 4]\n"
            "  x0 = input f32 [3, 4]\n"
            "  x1 = input f32 [4]\n"
            "  v0 = multiply x0 x1 -> f32\n"
            "  v1 = convert v0 -> f64\n"
            "  output v0\n"
            "  output sum over 0 of v1\n");
}

}  // namespace
}  // namespace terrella
