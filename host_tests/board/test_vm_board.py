"""The board of these tests starts as ESP32 and Pico W start."""

import os

import serial

import tools.deploy.board as behind
from tools.deploy.console import at_repl


def put(board, path, text):
    behind.call(board.port, "exec", f"f = open({path!r}, 'w'); f.write({text!r}); f.close()")


def test_soft_reset_runs_boot_alone_and_hard_reset_runs_main(board):
    put(board, "/boot.py", "print('boot runs')")
    put(board, "/main.py", "print('main runs')")
    seen = len(board.output)
    behind.call(board.port, "soft-reset")
    board.wait_for(b"boot runs", since=seen)
    board.wait_for(b">>> ", since=board.output.rindex(b"boot runs"))
    assert b"main runs" not in board.output[seen:]
    behind.reset(board.port)
    board.wait_for(b"main runs", since=seen)
    assert board.hard_boots == 2


def test_the_flash_is_littlefs(board):
    assert any("VfsLfs2" in line and " 1048576 " in line for line in behind.call(board.port, "df"))


def test_exit_of_main_restarts_the_board_until_mpremote_comes(board):
    put(board, "/main.py", "import sys; print('main runs'); sys.exit()")
    boots = board.soft_boots
    behind.reset(board.port)
    board.wait_for(b"main runs\nMPY: soft reboot\r\nmain runs\n")
    assert behind.call(board.port, "exec", "print(1 + 1)") == ["2"]
    assert board.soft_boots > boots + 1


def test_a_reset_takes_what_was_typed_and_not_heard(board, monkeypatch):
    line = os.open(board.port, os.O_RDWR | os.O_NOCTTY)
    # What mpremote begins a script with, and paste mode at a prompt, while the port is away.
    monkeypatch.setattr(board._closing, "wait", lambda gap: os.write(line, b"\x05A\x01"))
    seen = len(board.output)
    board.reset()
    board.wait_for(b">>> ", since=seen)
    os.close(line)
    assert behind.call(board.port, "exec", "print(1 + 1)") == ["2"]
    assert b"paste mode" not in board.output[seen:]


# What is typed while an ESP32 boots is lost, and mpremote interrupts once.
DEAF = """
import time
print('main runs')
def run(name):
    try:
        while True:
            time.sleep_ms(20)
    except KeyboardInterrupt:
        print('not heard' if name else 'ends')
run('first')
run('')
"""


def test_a_board_that_did_not_hear_the_first_interrupt_is_not_gone(board):
    put(board, "/main.py", DEAF)
    behind.restart(board.port)
    board.wait_for(b"main runs")
    assert behind.call(board.port, "exec", "print(1 + 1)") == ["2"]
    assert b"not heard" in board.output


def test_a_board_that_was_left_at_the_raw_repl_is_at_its_prompt_again(board):
    behind.call(board.port, "exec", "print(1)")
    with serial.Serial(board.port, 115200, timeout=120, exclusive=True) as line:
        line.write(b"\r\x01")
        assert line.read_until(b"raw REPL; CTRL-B to exit\r\n>").endswith(b">")
    assert at_repl(board.port, 120)
