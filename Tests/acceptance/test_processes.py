"""Each edge case of process life that Fixtures/hostile has a program for."""

import pytest


def child_of(finished, key: str = "child"):
    return finished.run.by_namespace_pid(finished.truth[key])


def test_exec_from_a_second_thread(tool, hostile):
    finished = tool("trace", hostile / "exec-from-thread", code=41)
    [process] = finished.run.processes
    assert process.execution_names() == ("exec-from-thread", "exit-with")
    assert process.code == 41


def test_leader_that_exits_first(tool, hostile):
    finished = tool("trace", hostile / "leader-exits-first", code=43)
    command, child = finished.run.processes
    assert (command.code, child.code, child.parent) == (43, 42, command)
    assert command.end >= child.end


@pytest.mark.parametrize("program, code", [("execveat", 44), ("empty-argv", 0)])
def test_unusual_exec(tool, hostile, program, code):
    finished = tool("trace", hostile / program)
    child = child_of(finished)
    assert child.code == code == finished.truth["child_code"]
    assert child.execution_names() == ("exit-with",)
    assert child.executions[-1].path == str(hostile / "exit-with")


def test_empty_argv_is_one_empty_argument(tool, hostile):
    assert child_of(tool("trace", hostile / "empty-argv")).executions[-1].arguments == [""]


def test_exec_of_a_file_in_memory(tool, hostile):
    finished = tool("trace", hostile / "fexecve-memfd")
    child = child_of(finished)
    assert child.code == 45
    assert "hidden" in child.executions[-1].path
    assert child.executions[-1].arguments[0] == "from-memory"
    assert child.executions[-1].is_deleted


def test_vfork_and_posix_spawn(tool, hostile):
    finished = tool("trace", hostile / "vfork-and-spawn")
    assert child_of(finished, "forked").code == 50
    assert child_of(finished, "spawned").code == 51


@pytest.mark.parametrize("signal", [9, 15, 11])
def test_death_by_signal(tool, hostile, signal):
    child = child_of(tool("trace", hostile / "killed-by-signal", signal))
    assert (child.code, child.signal, child.core_dumped) == (None, signal, False)


def test_core_dump_is_told_as_the_kernel_told_the_parent(tool, hostile, tmp_path):
    finished = tool("trace", hostile / "core-dump", directory=tmp_path)
    child = child_of(finished)
    assert (child.signal, child.core_dumped) == (6, finished.truth["core"])


def test_argv_beyond_the_limit_says_that_it_is_cut_and_how_long_it_was(tool, hostile):
    finished = tool("trace", hostile / "long-argv", 40960)
    execution = child_of(finished).executions[-1]
    assert execution.cut_argument_bytes == 40960
    kept = sum(len(argument.encode()) + 1 for argument in execution.arguments)
    assert 32 * 1024 - 16 <= kept <= 32 * 1024 + 1
    assert execution.arguments[:3] == ["exit-with", "46", "x" * 15]


def test_argv_below_the_limit_is_whole(tool, hostile):
    finished = tool("trace", hostile / "long-argv", 32768)
    execution = child_of(finished).executions[-1]
    assert execution.cut_argument_bytes is None
    assert len(execution.arguments) == finished.truth["arguments"]


def test_argv_with_odd_bytes(tool, hostile):
    arguments = child_of(tool("trace", hostile / "odd-argv")).executions[-1].arguments
    assert arguments[2].startswith("invalid \N{REPLACEMENT CHARACTER}")
    assert arguments[3:] == ["two\nlines", "\x1b[31mred\x1b[0m", "", "]]>&<\"'", "::error file=a::injected"]


def test_working_directory(tool, tmp_path):
    (tmp_path / "with space").mkdir()
    finished = tool("trace", "/bin/true", directory=tmp_path / "with space")
    assert finished.run.processes[0].executions[-1].directory == str(tmp_path / "with space")


def test_directory_of_200_components_is_whole_or_says_that_it_is_cut(tool, hostile, tmp_path):
    finished = tool("trace", hostile / "deep-directory", 200, directory=tmp_path)
    execution = child_of(finished).executions[-1]
    whole = str(tmp_path) + "".join(f"/d{i}" for i in range(200))
    if execution.is_directory_cut:
        assert whole.endswith(execution.directory.lstrip("/…"))
        assert len(execution.directory) > 200
    else:
        assert execution.directory == whole


def test_every_image_of_a_process_is_kept(tool):
    finished = tool("trace", *["/bin/sh", "-c", "exec /usr/bin/env /bin/true"])
    [process] = finished.run.processes
    assert [execution.arguments[0] for execution in process.executions] == ["/bin/sh", "/usr/bin/env", "/bin/true"]


def test_no_args_keeps_arguments_out(tool, tmp_path):
    summary = tmp_path / "summary.md"
    finished = tool(
        "test",
        *["/bin/sh", "-c", "/bin/echo a-private-word & wait"],
        options=["--no-args", "--verbose", "--deny-run", "echo"],
        environment={"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)},
        code=120,
    )
    assert finished.stdout == b"a-private-word\n"
    reports = {path.name: path.read_text() for path in [*finished.reports.iterdir(), summary]}
    # The recorded run has them, so that a replay recognises the tests.
    assert "a-private-word" in reports.pop("run.jsonl")
    for name, text in {**reports, "stderr": finished.stderr}.items():
        assert "echo" in text, name
        assert "a-private-word" not in text, name


def test_secrets_are_redacted_in_every_report(tool):
    secret = "ghp_abcdefghijklmnopqrstuvwxyz0123456789"
    finished = tool("test", "/bin/true", f"--token={secret}", "https://user:hunter22@example.com/")
    for report in [*(path.read_text() for path in finished.reports.iterdir()), finished.stderr]:
        assert secret not in report
        assert "hunter22" not in report
