// The child process: how it is found, and what happens when it misbehaves. Stand-ins are shell scripts.
#include "viz/renderer.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>

#include "core/error.h"
#include "example.h"
#include "viz/job.h"
#include "viz/picture.h"

namespace terrella::viz {
namespace {

class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    value ? ::setenv(name, value, 1) : ::unsetenv(name);
  }
  ~Environment() { old_ ? ::setenv(name_, old_->c_str(), 1) : ::unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

std::string script(const std::string& name, const std::string& body) {
  const std::string path = testing::TempDir() + name;
  std::ofstream(path) << "#!/bin/sh\n" << body << "\n";
  ::chmod(path.c_str(), 0755);
  return path;
}

std::string message(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) { return error.what(); }
  return "no error";
}

TEST(Renderer, OutputsComeBackAndTheFolderGoes) {
  const std::string program = script("copy.sh", "pwd > \"$TERRELLA_TEST_TRACE\"; cp \"$1\" out1; printf two > out2");
  const std::string trace = testing::TempDir() + "/trace";
  const Environment renderer("TERRELLA_RENDER", program.c_str()), where("TERRELLA_TEST_TRACE", trace.c_str());
  EXPECT_EQ(find_renderer(), program);
  EXPECT_EQ(render("{job}", {"out1", "out2"}, false, 10), (std::vector<std::string>{"{job}", "two"}));
  std::string folder = example::read_file(trace);
  folder.pop_back();
  EXPECT_FALSE(folder.empty());
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(Renderer, ItsLastWordsAreInTheError) {
  const std::string program = script("fail.sh", "echo no GPU here >&2; exit 7");
  const Environment renderer("TERRELLA_RENDER", program.c_str());
  EXPECT_EQ(message([] { render("", {"x"}, false, 10); }), program + " ended with status 7: no GPU here\n");
}

TEST(Renderer, ACrashIsAnError) {
  const std::string program = script("crash.sh", "kill -SEGV $$");
  const Environment renderer("TERRELLA_RENDER", program.c_str());
  EXPECT_NE(message([] { render("", {"x"}, false, 10); }).find("died of signal 11"), std::string::npos);
}

TEST(Renderer, OneThatHangsIsEnded) {
  const std::string program = script("hang.sh", "sleep 60");
  const Environment renderer("TERRELLA_RENDER", program.c_str());
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(message([] { render("", {"x"}, false, 0.3); }), program + " was ended after 0.3 s");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST(Renderer, AMissingOutputIsAnError) {
  const std::string program = script("nothing.sh", "exit 0");
  const Environment renderer("TERRELLA_RENDER", program.c_str());
  EXPECT_EQ(message([] { render("", {"section.png"}, false, 10); }), program + " left no section.png: ");
  // And nothing is written where the picture should have stood.
  const std::string picture = testing::TempDir() + "/none.png";
  EXPECT_NE(message([&] { plot_section(example::line(2, 2), picture); }), "no error");
  EXPECT_FALSE(std::filesystem::exists(picture));
}

TEST(Renderer, TheNameInTheEnvironmentMustBeAProgram) {
  const Environment renderer("TERRELLA_RENDER", "/no/such/program");
  EXPECT_EQ(message([] { find_renderer(); }), "TERRELLA_RENDER=/no/such/program is no program that can be run");
}

TEST(Renderer, ADisplayThatDoesNotWorkIsReplaced) {
#ifndef TERRELLA_RENDER_BUILT
  GTEST_SKIP() << "this build has no terrella-render (CMake option TERRELLA_RENDER)";
#endif
  const Environment display("DISPLAY", ":98765");
  const std::string picture = testing::TempDir() + "/display.png";
  plot_section(example::line(2, 2), picture);
  EXPECT_EQ(example::read_file(picture).substr(1, 3), "PNG");
}

TEST(Job, ComesBackAsItWas) {
  SectionPicture picture;
  picture.section = make_section(example::basin());
  picture.section.resistivity[3] = NAN;
  picture.depth_limit = 12.5;
  picture.limits = {2, 300};
  picture.title = "\xCE\xA9 \"quoted\"\n";
  const auto back = std::get<SectionPicture>(read_job(to_json(Job(picture)), "job.json"));
  EXPECT_EQ(back.title, picture.title);
  EXPECT_EQ(back.limits.maximum, 300);
  EXPECT_EQ(back.depth_limit, 12.5);
  EXPECT_EQ(back.section.sites, picture.section.sites);
  EXPECT_TRUE(std::isnan(back.section.resistivity[3]));
  EXPECT_EQ(back.section.resistivity[4], picture.section.resistivity[4]);
  EXPECT_EQ(back.section.depth_edges, picture.section.depth_edges);
}

TEST(Job, MistakesAreNamed) {
  const auto words = [](const std::string& json) { return message([&] { read_job(json, "job.json"); }); };
  EXPECT_EQ(words("{\"version\": 1, \"kind\": \"map\"}"), "job.json: unknown kind 'map'");
  EXPECT_EQ(words("{\"version\": 2}"), "job.json: version is not 1");
  EXPECT_NE(words("{\"version\": 1").find("job.json: "), std::string::npos);
  VtkFiles files{make_section(example::line(3, 2))};
  files.section.resistivity.pop_back();
  EXPECT_EQ(words(to_json(Job(files))), "job.json: the arrays of the section have different sizes");
}

}  // namespace
}  // namespace terrella::viz
