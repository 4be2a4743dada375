// datasets/file/atomic_file.h: replaces a file as a whole, so that a reader or a crash meets the old one or the new
// one, never a part.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace terrella::datasets {

struct AtomicFileOptions {
  bool keep_previous = false;  ///< what stood at `path` stays beside it as previous_path(path)
};

/// Where write_file keeps the file that it replaces: path + ".previous".
std::string previous_path(const std::string& path);

/// Makes `bytes` the content of the file `path`: written to the temporary ".NAME.tmp" of the same folder, synced to
/// disk, renamed to `path`, and the folder synced. A link is followed, permissions of the replaced file are kept. On
/// any error the old file stands untouched and the temporary is gone; one that a killed process left behind is taken
/// over by the next writer of the same path. Writers of the same path wait for one another.
///
/// Throws ResourceError where the disk, a quota or a limit is exhausted, Error where the place is wrong (no such
/// folder, no permission, read-only, not a regular file); both name path, reason and mend. A process that runs under a
/// file size limit (ulimit -f) must ignore SIGXFSZ to get the exception instead of the signal.
void write_file(const std::string& path, std::string_view bytes, const AtomicFileOptions& options = {});
/// The same for content that lies in several places, one after another, without a copy of the whole.
void write_file(const std::string& path, std::span<const std::string_view> parts,
                const AtomicFileOptions& options = {});

}  // namespace terrella::datasets
