"""The board of these tests starts as ESP32 and Pico W start."""

import tools.deploy.board as behind


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
