# Puts board, config and mode together. It is one function, since a Pico's stack is short;
# not a module's top level, since what lies on the stack below an import stays in RAM.


def run():
    """What main.py calls after each reset; returns when the board is told to stop."""
    from firmware.on_demand.prepare import prepare

    prepared = prepare()
    del prepare
    if not prepared:
        return
    board, settings, crashes, intent = prepared
    del prepared
    mode = None
    try:
        module = __import__("firmware." + settings["mode"], None, None, ("make",))
        mode = module.make(board, settings, crashes, intent)
        mode.run()
    except Exception as e:
        print("crash:", e)
        try:
            crashes.record(e)
        except Exception as other:
            print("the crash is not written down:", other)
        try:
            if mode:
                mode.app.save_after_crash()
        except Exception as e:
            print("events in RAM are lost:", e)
        board.reset("crash")
