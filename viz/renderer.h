// viz/renderer.h: runs terrella-render, the one program of ours that loads VTK, as a child process.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace terrella::viz {

/// Path of terrella-render: the environment variable TERRELLA_RENDER, else beside the running program or the loaded
/// module, else in bin/ of the build tree or the virtual environment that holds them, else in PATH. Throws Error that
/// lists where it was looked for.
std::string find_renderer();

/// Runs the job (viz/job.h) in a temporary folder and returns the content of the `outputs`, in their order.
///
/// Drawing needs an X server (Debian's VTK renders off screen only with one): where DISPLAY is unset or does not work,
/// the child runs under xvfb-run. It is ended after `timeout_seconds`. Throws Error with the child's last words where
/// it fails, times out or leaves an output out.
std::vector<std::string> render(const std::string& job, const std::vector<std::string>& outputs, bool draws,
                                double timeout_seconds);

}  // namespace terrella::viz
