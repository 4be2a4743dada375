#include "datasets/hdf5/observations_file.h"

#include <algorithm>

#include "core/error.h"
#include "datasets/hdf5/seal.h"

namespace terrella::datasets {
namespace {

using hdf5::Labels;
using hdf5::ReadGroup;
using hdf5::WriteGroup;
constexpr int newest_result_2d = 1;

using Texts = std::vector<std::string>;

template <class T>
std::span<const T> view(const std::vector<T>& values) {
  return values;
}

template <class T, class Get>
auto column(const std::vector<T>& items, const Get& get) {
  std::vector<std::decay_t<decltype(get(items[0]))>> values;
  for (const T& item : items) values.push_back(get(item));
  return values;
}

/// Numbers of a site, with their labels, in one place for reading and writing.
template <class Visit>
void for_each_place(const Visit& visit) {
  visit("latitude", &ObservationSite::latitude, Labels{"degrees_north", "latitude", {}});
  visit("longitude", &ObservationSite::longitude, Labels{"degrees_east", "longitude", {}});
  visit("x", &ObservationSite::x, Labels{"m", "north, or along strike, from the origin", {}});
  visit("y", &ObservationSite::y, Labels{"m", "east, or along the profile, from the origin", {}});
  visit("z", &ObservationSite::z, Labels{"m", "depth of the site, positive down", {}});
  visit("rotation", &ObservationSite::rotation, Labels{"degrees", "azimuth of x, clockwise from geographic north", {}});
  visit("tilt", &ObservationSite::tilt, Labels{"degrees", "slope of the sensors along y, positive down", {}});
}

/// Real numbers of a row.
template <class Visit>
void for_each_number(const Visit& visit) {
  visit("period", &Observation::period, Labels{"s", "period", {}});
  visit("error", &Observation::error, Labels{{}, "standard error of the real part, in the unit of the quantity", {}});
  visit("error_imaginary", &Observation::error_imaginary, Labels{{}, "standard error of the imaginary part", {}});
}

/// Items of lists of several owners, one after another, and to which owner each belongs.
template <class Item>
struct Flat {
  std::vector<std::int32_t> owner;
  std::vector<Item> items;
};

template <class Owner, class Get>
auto flattened(const std::vector<Owner>& owners, const Get& get) {
  using Item = typename std::decay_t<decltype(get(owners[0]))>::value_type;
  Flat<Item> flat;
  for (std::size_t i = 0; i < owners.size(); ++i)
    for (const Item& item : get(owners[i])) {
      flat.owner.push_back(static_cast<std::int32_t>(i));
      flat.items.push_back(item);
    }
  return flat;
}

void write_texts(WriteGroup& group, const std::string& name, const Texts& texts, const std::vector<std::int32_t>& owner,
                 const std::string& owners) {
  group.dimension(name, view(texts));
  group.write(name + "_" + owners, view(owner), {name}, {{}, "index of the " + owners + ", from 0", {}});
}

/// Calls take(owner, text) for every text of such a list.
template <class Take>
void read_texts(const ReadGroup& group, const std::string& name, const std::string& owners, std::size_t count,
                const Take& take) {
  const Texts texts = group.read<std::string>(name);
  const auto owner = group.read<std::int32_t>(name + "_" + owners, {texts.size()});
  std::int32_t last = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (owner[i] < last || static_cast<std::size_t>(owner[i]) >= count)
      group.refuse(name + "_" + owners,
                   text("entry ", owner[i], " is out of order or names none of ", count, " ", owners, "s"));
    last = owner[i];
    take(static_cast<std::size_t>(owner[i]), i, texts[i]);
  }
}

bool truth(const ReadGroup& group, const char* name, std::uint8_t value) {
  if (value > 1) group.refuse(name, text(int{value}, " is neither 0 nor 1"));
  return value == 1;
}

std::size_t index(const ReadGroup& group, const char* name, std::int32_t value, std::size_t count) {
  if (value < 0 || static_cast<std::size_t>(value) >= count)
    group.refuse(name, text("index ", value, " is none of ", count));
  return static_cast<std::size_t>(value);
}

void write_sites(const std::vector<ObservationSite>& sites, WriteGroup& group) {
  group.dimension("station", view(column(sites, [](const auto& s) { return s.name; })), {{}, "site", {}});
  for_each_place([&](const char* name, auto member, const Labels& labels) {
    group.write(name, view(column(sites, [&](const auto& s) { return s.*member; })), {"station"}, labels);
  });
  if (std::none_of(sites.begin(), sites.end(), [](const auto& s) { return s.channel_azimuth.has_value(); })) return;
  group.dimension("channel", view(Texts{"hx", "hy", "ex", "ey"}), {{}, "field", {}});
  std::vector<double> azimuth;
  for (const ObservationSite& site : sites)
    for (std::size_t k = 0; k < 4; ++k)
      azimuth.push_back(site.channel_azimuth ? (*site.channel_azimuth)[k] : not_a_number);
  group.write("channel_azimuth", view(azimuth), {"station", "channel"},
              {"degrees", "azimuth of the channel, clockwise from geographic north", {}});
  group.write("channel_azimuth_stated",
              view(column(sites, [](const auto& s) { return std::uint8_t{s.channel_azimuth.has_value()}; })),
              {"station"}, {{}, "1 where the azimuths are stated one by one", {}});
}

std::vector<ObservationSite> read_sites(const ReadGroup& group) {
  const Texts names = group.read<std::string>("station");
  std::vector<ObservationSite> sites(names.size());
  for (std::size_t s = 0; s < sites.size(); ++s) sites[s].name = names[s];
  for_each_place([&](const char* name, auto member, const Labels&) {
    const auto values = group.read<double>(name, {sites.size()});
    for (std::size_t s = 0; s < sites.size(); ++s) sites[s].*member = values[s];
  });
  if (!group.has("channel_azimuth")) return sites;
  const auto azimuth = group.read<double>("channel_azimuth", {sites.size(), 4});
  const auto stated = group.read<std::uint8_t>("channel_azimuth_stated", {sites.size()});
  for (std::size_t s = 0; s < sites.size(); ++s)
    if (truth(group, "channel_azimuth_stated", stated[s]))
      sites[s].channel_azimuth = {azimuth[4 * s], azimuth[4 * s + 1], azimuth[4 * s + 2], azimuth[4 * s + 3]};
  return sites;
}

void write_rows(const Observations& o, WriteGroup& group) {
  const std::vector<Quantity> used = quantities_of(o);
  const auto along_row = [&](const char* name, const auto& get, const Labels& labels) {
    group.write(name, view(column(o.rows, get)), {"row"}, labels);
  };
  group.dimension("quantity_name", view(column(used, [](Quantity q) { return std::string(info(q).name); })),
                  {{}, "quantities of the rows", {}});
  group.dimension("row", o.rows.size());
  along_row("site", [](const auto& r) { return static_cast<std::int32_t>(r.site); },
            {{}, "index of the station, from 0", {}});
  along_row(
      "reference",
      [](const auto& r) { return r.reference == Observation::no_site ? -1 : static_cast<std::int32_t>(r.reference); },
      {{}, "index of the other station of an interstation transfer function, -1 for none", {}});
  along_row("row_block", [](const auto& r) { return std::int32_t{r.block}; }, {{}, "part of the file, from 0", {}});
  along_row("quantity",
            [&](const auto& r) {
              return static_cast<std::int32_t>(std::find(used.begin(), used.end(), r.quantity) - used.begin());
            },
            {{}, "index of the quantity_name, from 0", {}});
  along_row("value", [](const auto& r) { return r.value; }, {{}, "datum, in the unit of the quantity", {}});
  for_each_number([&](const char* name, auto member, const Labels& labels) {
    along_row(
        name, [&](const auto& r) { return r.*member; }, labels);
  });
  along_row("masked", [](const auto& r) { return std::uint8_t{r.masked}; }, {{}, "1 where not to be used", {}});
}

void read_rows(const ReadGroup& group, Observations& o) {
  const Texts names = group.read<std::string>("quantity_name");
  std::vector<Quantity> used;
  for (const std::string& name : names) {
    const std::optional<Quantity> quantity = quantity_named(name);
    if (!quantity) group.refuse("quantity_name", text("'", name, "' is no quantity known here"));
    used.push_back(*quantity);
  }
  const std::size_t rows = group.size("site");
  const auto integers = [&](const char* name) { return group.read<std::int32_t>(name, {rows}); };
  const auto site = integers("site"), reference = integers("reference"), block = integers("row_block"),
             quantity = integers("quantity");
  const auto value = group.read<Complex>("value", {rows});
  const auto masked = group.read<std::uint8_t>("masked", {rows});
  o.rows.resize(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    Observation& row = o.rows[i];
    row.site = static_cast<std::uint32_t>(index(group, "site", site[i], o.sites.size()));
    if (reference[i] != -1)
      row.reference = static_cast<std::uint32_t>(index(group, "reference", reference[i], o.sites.size()));
    row.block = static_cast<std::uint16_t>(index(group, "row_block", block[i], std::size_t{1} << 16));
    row.quantity = used[index(group, "quantity", quantity[i], used.size())];
    row.value = value[i];
    row.masked = truth(group, "masked", masked[i]);
  }
  for_each_number([&](const char* name, auto member, const Labels&) {
    const auto values = group.read<double>(name, {rows});
    for (std::size_t i = 0; i < rows; ++i) o.rows[i].*member = values[i];
  });
}

void write_blocks(const std::vector<ObservationBlock>& blocks, WriteGroup& group) {
  group.dimension("block", blocks.size());
  group.dimension("axis", view(Texts{"latitude", "longitude", "z"}));
  const auto along_block = [&](const char* name, const auto& get, const char* what) {
    group.write(name, view(column(blocks, get)), {"block"}, {{}, what, {}});
  };
  along_block(
      "block_kind", [](const auto& b) { return b.kind; }, "what the file calls these data");
  along_block(
      "block_sign", [](const auto& b) { return b.sign; }, "sign of the time factor in the file");
  along_block(
      "block_units", [](const auto& b) { return b.units; }, "units in the file");
  group.write("block_orientation", view(column(blocks, [](const auto& b) { return b.orientation; })), {"block"},
              {"degrees", "azimuth of x of the file", {}});
  std::vector<double> origin;
  for (const ObservationBlock& block : blocks) origin.insert(origin.end(), block.origin.begin(), block.origin.end());
  group.write("block_origin", view(origin), {"block", "axis"}, {{}, "origin as the file says it", {}});
  const auto header = flattened(blocks, [](const auto& b) -> const Texts& { return b.header; });
  write_texts(group, "header_line", header.items, header.owner, "block");
  Flat<std::string> keys, values;
  for (std::size_t i = 0; i < blocks.size(); ++i)
    for (const auto& [key, value] : blocks[i].entries) {
      keys.owner.push_back(static_cast<std::int32_t>(i));
      keys.items.push_back(key);
      values.items.push_back(value);
    }
  write_texts(group, "entry", keys.items, keys.owner, "block");
  group.write("entry_value", view(values.items), {"entry"}, {{}, "what else the file said", {}});
}

std::vector<ObservationBlock> read_blocks(const ReadGroup& group) {
  const Texts kind = group.read<std::string>("block_kind");
  const std::size_t n = kind.size();
  const auto sign = group.read<std::string>("block_sign", {n}), units = group.read<std::string>("block_units", {n});
  const auto orientation = group.read<double>("block_orientation", {n}),
             origin = group.read<double>("block_origin", {n, 3});
  std::vector<ObservationBlock> blocks(n);
  for (std::size_t i = 0; i < n; ++i) {
    blocks[i].kind = kind[i], blocks[i].sign = sign[i], blocks[i].units = units[i];
    blocks[i].orientation = orientation[i];
    std::copy_n(origin.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, blocks[i].origin.begin());
  }
  read_texts(group, "header_line", "block", n,
             [&](std::size_t block, std::size_t, const std::string& line) { blocks[block].header.push_back(line); });
  const auto values = group.read<std::string>("entry_value");
  if (values.size() != group.size("entry")) group.refuse("entry_value", "is not as long as entry");
  read_texts(group, "entry", "block", n, [&](std::size_t block, std::size_t i, const std::string& key) {
    if (!blocks[block].entries.emplace(key, values[i]).second) group.refuse("entry", text("'", key, "' stands twice"));
  });
  return blocks;
}

void write_floors(const std::vector<ObservationFloor>& floors, WriteGroup& group) {
  group.dimension("floor", floors.size());
  group.write("floor_absolute", view(column(floors, [](const auto& f) { return f.absolute; })), {"floor"},
              {{}, "least error, in the unit of the quantity", {}});
  group.write("floor_relative", view(column(floors, [](const auto& f) { return f.relative; })), {"floor"},
              {"1", "least error as a part of the value", {}});
  group.write("floor_geometric", view(column(floors, [](const auto& f) { return std::uint8_t{f.geometric}; })),
              {"floor"}, {{}, "1 where the value is sqrt|Zxy Zyx|", {}});
  const auto quantities = flattened(
      floors, [](const auto& f) -> const auto& { return f.quantities; });
  write_texts(group, "floor_quantity", column(quantities.items, [](Quantity q) { return std::string(info(q).name); }),
              quantities.owner, "floor");
}

std::vector<ObservationFloor> read_floors(const ReadGroup& group) {
  const auto absolute = group.read<double>("floor_absolute");
  const std::size_t n = absolute.size();
  const auto relative = group.read<double>("floor_relative", {n});
  const auto geometric = group.read<std::uint8_t>("floor_geometric", {n});
  std::vector<ObservationFloor> floors(n);
  for (std::size_t i = 0; i < n; ++i)
    floors[i] = {{}, absolute[i], relative[i], truth(group, "floor_geometric", geometric[i])};
  read_texts(group, "floor_quantity", "floor", n, [&](std::size_t floor, std::size_t, const std::string& name) {
    const std::optional<Quantity> quantity = quantity_named(name);
    if (!quantity) group.refuse("floor_quantity", text("'", name, "' is no quantity known here"));
    floors[floor].quantities.push_back(*quantity);
  });
  return floors;
}

void write_provenance(const Provenance& p, WriteGroup& group) {
  group.set("path", p.path);
  group.set("format", p.format);
  group.set("file_units", p.units);
  group.set("file_sign", p.sign);
  group.set("program", p.program);
  group.dimension("repair", p.repairs.size());
  group.write("repair_line", view(column(p.repairs, [](const auto& r) { return std::int64_t{r.line}; })), {"repair"},
              {{}, "line of the file, from 1", {}});
  group.write("repair_rule", view(column(p.repairs, [](const auto& r) { return r.rule; })), {"repair"},
              {{}, "rule by which the file was mended", {}});
  group.write("repair_detail", view(column(p.repairs, [](const auto& r) { return r.detail; })), {"repair"},
              {{}, "what stood there and what was made of it", {}});
  group.dimension("history", p.history.size());
  group.write("history_entry", view(p.history), {"history"}, {{}, "operations since reading", {}});
}

Provenance read_provenance(const ReadGroup& group) {
  Provenance p;
  p.path = group.text("path");
  p.format = group.text("format");
  p.units = group.text("file_units");
  p.sign = group.text("file_sign");
  p.program = group.text("program");
  const auto lines = group.read<std::int64_t>("repair_line");
  const auto rules = group.read<std::string>("repair_rule", {lines.size()}),
             details = group.read<std::string>("repair_detail", {lines.size()});
  for (std::size_t i = 0; i < lines.size(); ++i) p.repairs.push_back({lines[i], rules[i], details[i]});
  p.history = group.read<std::string>("history_entry");
  return p;
}

}  // namespace

void write_hdf5(const Observations& observations, WriteGroup& group) {
  validate(observations);
  group.set("observations_name", observations.name);
  group.set("convention", std::string("SI units, time factor exp(+iwt), x north or along strike, y east or along the "
                                      "profile, z down"));
  write_sites(observations.sites, group);
  write_rows(observations, group);
  write_blocks(observations.blocks, group);
  write_floors(observations.floors, group);
  write_provenance(observations.provenance, group);
}

Observations read_observations(const ReadGroup& group) {
  Observations observations;
  observations.name = group.text("observations_name");
  observations.sites = read_sites(group);
  read_rows(group, observations);
  observations.blocks = read_blocks(group);
  observations.floors = read_floors(group);
  observations.provenance = read_provenance(group);
  try {
    validate(observations);
  } catch (const std::invalid_argument& error) { group.refuse("", error.what()); }
  return observations;
}

namespace {
Observations read(const hdf5::Reader& reader) {
  reader.expect(kind_of_result_2d, newest_result_2d);
  return read_observations(reader.root().group("data"));
}
}  // namespace

Observations read_observations(const std::string& path) { return hdf5::read_sealed(path, read); }
Observations read_observations(const std::string& path, std::string_view bytes) {
  return hdf5::read_sealed(path, bytes, read);
}

bool is_observations_file(std::string_view first_bytes) { return hdf5::has_seal(first_bytes, kind_of_result_2d); }

}  // namespace terrella::datasets
