// viz/frame_json.h: what all pictures have in common, from JSON. For the files beside it.
#pragma once
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/error.h"

namespace terrella::viz {

/// Size and words of a picture. Throws std::exception where one is missing or the size makes no picture.
template <class Picture>
void read_frame(const nlohmann::ordered_json& json, Picture& picture) {
  json.at("width").get_to(picture.width);
  json.at("height").get_to(picture.height);
  json.at("title").get_to(picture.title);
  json.at("subtitle").get_to(picture.subtitle);
  json.at("notes").get_to(picture.notes);
  if (picture.width < 100 || picture.height < 100 || picture.width > 8000 || picture.height > 8000)
    throw std::domain_error(text("a picture of ", picture.width, " x ", picture.height, " pixels"));
}

}  // namespace terrella::viz
