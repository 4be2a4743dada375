// datasets/emtf_xml/document.h: hostile XML as a tree that can be walked. Names are compared without case.
#pragma once
#include <cstdint>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "datasets/file/report.h"

namespace terrella::datasets::emtf_xml {

class Document {
 public:
  /// FormatError: not well-formed, a DOCTYPE, too large or too deep, UTF-16.
  Document(std::string_view bytes, Report& report);
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;
  pugi::xml_node root() const { return document_.document_element(); }
  /// The line, from 1, on which a node begins.
  std::int64_t line(const pugi::xml_node& node) const;

 private:
  std::int64_t line_at(std::ptrdiff_t offset) const;
  std::string text_;
  pugi::xml_document document_;
};

/// The first child element of that name; an empty node where there is none.
pugi::xml_node child(const pugi::xml_node& node, std::string_view name);
/// child() again and again; an empty node where one is missing.
pugi::xml_node descendant(pugi::xml_node node, std::initializer_list<std::string_view> names);
/// The text of an element without outer blanks.
std::string_view text_of_element(const pugi::xml_node& node);
bool same_name(std::string_view a, std::string_view b);

}  // namespace terrella::datasets::emtf_xml
