"""The frame of the command `terrella`: help, versions, wrong use, the shell, the terminal."""

import os
import pty
import subprocess

import pytest
from command import BAD_INPUT, INTERNAL, OK, RESOURCES, USAGE, files_below, needs_command, report, terrella

pytestmark = needs_command


def test_help_names_every_command_and_its_options():
    overview = terrella("help").stdout
    for command in ["check", "info", "convert", "forward 1d", "invert 1d", "plot section", "plot response", "export"]:
        assert f"  {command} " in overview
        text = terrella("help", *command.split()).stdout
        assert text.startswith(f"usage: terrella {command} ")
        assert text == terrella(*command.split(), "--help").stdout
    assert "--error-floor" in terrella("help", "invert", "1d").stdout
    forward = terrella("help", "forward", "1d").stdout
    for preset in ["period, s (0.001)", "period, s (1000)", "periods (6)", "of the noise (1)"]:
        assert preset in forward  # read from values that must still be alive


def test_version_names_libraries_and_instruction_set(repository):
    found = report("--version")
    assert found["schema"] == "terrella/version/1"
    assert f"VERSION {found['terrella']} " in (repository / "CMakeLists.txt").read_text()
    assert found["versions"]["instruction set"] in ("baseline", "avx2", "avx512")
    assert {"hdf5", "eigen", "onetbb", "toml++", "cli11", "fmt", "spdlog", "nlohmann-json", "proj"} <= set(
        found["versions"]
    )


@pytest.mark.parametrize(
    "words, message",
    [
        (["chek"], "unknown command 'chek'; did you mean 'check'?"),
        (["invert"], "invert is followed by one of: 1d"),
        (
            ["plot", "sektion"],
            "plot is followed by one of: section, response, fit, misfit, convergence; did you mean 'section'?",
        ),
        (["check"], "check: too few FILES... given"),
        (["check", "--jsn", "x"], "check: unknown option '--jsn'; did you mean '--json'?"),
        (["invert", "1d", "x"], "invert 1d: -o is missing"),
        (["invert", "1d", "x", "-o", "r.h5", "--method", "ocam"], "--method: 'ocam' is unknown; did you mean 'occam'?"),
        (["invert", "1d", "x", "-o", "r.h5", "--lateral", "much"], "--lateral: 'much' is no number"),
        (["invert", "1d", "x", "-o", "r.h5", "--max-iterations", "1.5"], "'1.5' is no whole number"),
        (["invert", "1d", "x", "-o", "r.h5", "--error-floor", "-1"], "error_floor is -1; give 0 or a positive number"),
        (["forward", "1d"], "--resistivity is missing"),
        (["forward", "1d", "--resistivity", "1,2"], "2 resistivities need 1 thicknesses, got 0"),
        (["forward", "1d", "--resistivity", "1,-2", "--thickness", "5"], "resistivity -2 is not positive"),
        (["forward", "1d", "--resistivity", "1", "--periods", "2,1"], "periods must ascend; 1 follows 2"),
        (["plot", "section", "x.h5", "-o", "x.gif"], "x.gif must end with .png"),
        (["completion", "fish"], "only bash is known"),
    ],
)
def test_wrong_use_is_code_2_and_says_what(words, message, tmp_path):
    told = terrella(*words, cwd=tmp_path, code=USAGE)
    assert message in told.stderr
    assert told.stdout == ""
    assert files_below(tmp_path) == {}


def test_all_missing_files_are_named_at_once(tmp_path):
    (tmp_path / "empty").mkdir()
    for words in [["check"], ["info"], ["convert", "-o", "x.h5"], ["invert", "1d", "-o", "x.h5"]]:
        told = terrella(*words, "one.edi", "two.h5", "empty", cwd=tmp_path, code=BAD_INPUT)
        text = told.stdout + told.stderr
        assert "one.edi: no such file or folder" in text
        assert "two.h5: no such file or folder" in text
        assert "empty: holds no file of a known format" in text
    told = terrella("invert", "1d", "one.edi", "-o", "x.h5", "--config", "no.toml", cwd=tmp_path, code=BAD_INPUT)
    assert "no.toml: no such file" in told.stderr and "one.edi: no such file" in told.stderr


def test_a_full_standard_output_is_code_5(line):
    with open("/dev/full", "w") as full:
        run = subprocess.run(["terrella", "info", line], stdout=full, stderr=subprocess.PIPE, text=True)
    assert run.returncode == RESOURCES
    assert "standard output" in run.stderr


def test_a_missing_renderer_is_code_1(run, tmp_path):
    told = terrella(
        "plot",
        "section",
        run,
        "-o",
        tmp_path / "x.png",
        code=INTERNAL,
        env=os.environ | {"TERRELLA_RENDER": "/nowhere"},
    )
    assert "/nowhere" in told.stderr


def in_bash(script):
    source = 'eval "$(terrella completion bash)"\n' + script
    return subprocess.run(["bash", "-c", source], check=True, capture_output=True, text=True).stdout.split()


@pytest.mark.parametrize(
    "words, expected",
    [
        (["inv"], ["invert"]),
        (["plot", ""], ["convergence", "fit", "misfit", "response", "section"]),
        (["invert", "1d", "--error"], ["--error-floor"]),
        (["invert", "1d", "--method", "gauss"], ["gauss_newton"]),
        (["check", "--js"], ["--json"]),
        (["help", "con"], ["convert"]),
    ],
)
def test_bash_completes(words, expected):
    quoted = " ".join(f"'{word}'" for word in ["terrella", *words])
    script = f'COMP_WORDS=({quoted}); COMP_CWORD={len(words)}; _terrella; echo "${{COMPREPLY[@]}}"'
    assert in_bash(script) == expected


def on_terminal(words, environment):
    """What stderr shows where it is a terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen(["terrella", *words], stdout=subprocess.DEVNULL, stderr=slave, env=environment)
    os.close(slave)
    seen = b""
    while True:
        try:
            block = os.read(master, 4096)
        except OSError:
            break
        if not block:
            break
        seen += block
    os.close(master)
    assert process.wait() == OK
    return seen.decode()


def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere(line, tmp_path):
    words = ["invert", "1d", str(line), "--force", "-o", str(tmp_path / "run.h5")]
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {"TERM": "xterm"}
    assert "\r[" in on_terminal(words, environment)
    lines = terrella(*words).stderr.splitlines()
    assert sum("SYN01  iteration" in text for text in lines) >= 2
    assert not any("\r" in text or "\033" in text for text in lines)
    assert terrella(*words, "-q").stderr == ""


def test_no_color_is_obeyed(line, tmp_path):
    words = ["invert", "1d", "--resume", str(line), "--force", "-o", str(tmp_path / "run.h5")]  # warns: no checkpoint
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {"TERM": "xterm"}
    assert "\033[33m" in on_terminal(words, environment)
    plain = on_terminal(words, environment | {"NO_COLOR": "1"})
    assert "warning:" in plain and "\033[33m" not in plain
