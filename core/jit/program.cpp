#include "core/jit/program.h"

#include "core/graph/node.h"
#include "core/graph/node_map.h"
#include "core/graph/walk.h"

namespace terrella::compiler {

Program lower(const graph::Subgraph& subgraph) {
  Program p;
  graph::NodeMap numbers;  // of a tuple: of its first result; the others follow
  const auto enter = [&](const Tensor& x) {
    const Value v = p.add(graph::aval(x));
    numbers.insert(x.node(), static_cast<std::uint32_t>(v));
    return v;
  };
  for (const Tensor& x : subgraph.placeholders) p.inputs.push_back(enter(x));
  for (const Tensor& x : subgraph.captured) p.inputs.push_back(enter(x));
  const auto value = [&](const Tensor& x) {
    if (const std::uint32_t known = numbers.find(x.node()); known != graph::NodeMap::absent)
      return static_cast<Value>(known);
    x.eval();
    const Value v = enter(x);
    p.constants.push_back({v, x.node()->value});
    return v;
  };
  for (const Tensor& x : subgraph.order) {
    const graph::Node& node = *x.node();
    const Tensors inputs = graph::inputs_of(x);
    if (node.projection >= 0) {
      const Value v = value(inputs[0]) + node.projection;
      numbers.insert(&node, static_cast<std::uint32_t>(v));
      continue;
    }
    Instruction in;
    in.op = graph::op_of(x);
    in.origin = node.origin;
    for (const Tensor& input : inputs) in.operands.push_back(value(input));
    if (node.tuple) {
      for (const graph::Aval& aval : node.tuple->avals) in.results.push_back(p.add(aval));
      if (!in.results.empty()) numbers.insert(&node, static_cast<std::uint32_t>(in.results[0]));
    } else {
      in.results.push_back(enter(x));
    }
    p.instructions.push_back(std::move(in));
  }
  for (const Tensor& y : subgraph.outputs) p.outputs.push_back(value(y));
  return p;
}

std::vector<std::int32_t> makers(const Program& program) {
  std::vector<std::int32_t> maker(program.values.size(), -1);
  for (std::size_t i = 0; i < program.instructions.size(); ++i)
    for (const Value v : program.instructions[i].results)
      maker[static_cast<std::size_t>(v)] = static_cast<std::int32_t>(i);
  return maker;
}

bool holds_one_number(const Array& array) {
  if (array.size() == 0) return false;
  for (int axis = 0; axis < array.shape.rank(); ++axis)
    if (array.shape[axis] != 1 && array.strides[axis] != 0) return false;
  return true;
}

std::optional<double> number_of(const Array& array) {
  if (!holds_one_number(array)) return std::nullopt;
  return with_type(array.dtype, [&](auto t) -> std::optional<double> {
    using T = decltype(t);
    if constexpr (requires { t.real(); }) {
      const T z = *array.data<T>();
      return z.imag() == 0 ? std::optional<double>(static_cast<double>(z.real())) : std::nullopt;
    } else {
      return static_cast<double>(*array.data<T>());
    }
  });
}

void drop_dead(Program& program) {
  std::vector<bool> needed(program.values.size(), false);
  for (const Value v : program.outputs) needed[static_cast<std::size_t>(v)] = true;
  std::vector<Instruction> kept;
  for (std::size_t i = program.instructions.size(); i-- > 0;) {
    Instruction& in = program.instructions[i];
    bool any = false;
    for (const Value v : in.results) any |= needed[static_cast<std::size_t>(v)];
    if (!any) continue;
    for (const Value v : in.operands) needed[static_cast<std::size_t>(v)] = true;
    kept.push_back(std::move(in));
  }
  program.instructions.assign(std::make_move_iterator(kept.rbegin()), std::make_move_iterator(kept.rend()));
  std::erase_if(program.constants,
                [&](const Program::Constant& c) { return !needed[static_cast<std::size_t>(c.value)]; });
}

}  // namespace terrella::compiler
