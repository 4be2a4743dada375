// terrella-render JOB.json: draws pictures and writes VTK files for the viz library (viz/job.h) into the current
// folder.
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>

#include "viz/render/pictures.h"

namespace {

void run(const terrella::viz::SectionPicture& job) { draw_section(job, "section.png"); }
void run(const terrella::viz::ResponsePicture& job) { draw_response(job, "response.png"); }
void run(const terrella::viz::Figure& job) { draw_figure(job, "figure.png"); }
void run(const terrella::viz::VtkFiles& job) {
  write_vtr(job.section, "section.vtr");
  write_vtp(job.section, "sites.vtp");
}
void run(const terrella::viz::VtkMeshes& job) {
  for (const terrella::viz::VtkMesh& mesh : job.meshes) write_mesh(mesh, mesh.file);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: terrella-render JOB.json\n";
    return 2;
  }
  try {
    std::ifstream in(arguments[1], std::ios::binary);
    const std::string json{std::istreambuf_iterator<char>(in), {}};
    std::visit([](const auto& job) { run(job); }, terrella::viz::read_job(json, arguments[1]));
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 3;
  }
  return 0;
}
