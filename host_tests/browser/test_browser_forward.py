"""The bar that says how far behind the target of --forward is."""

from collecting import collector, struct, wait_for
from forward_target import Target


def test_how_far_behind_it_is(tmp_path, visit, screenshot):
    refuses = True

    def decide(received):
        if b"poison" in received.body:
            return "400" if refuses else None
        return None if target.taken or not received.body else "404"  # The poison goes first

    target = Target(decide)
    with collector(tmp_path / "c.db", "--quiet", "--forward", target.url) as running:
        running.send(struct(se_la="poison"))
        running.send(struct(), struct())
        wait_for(lambda: running.get("/micro/forward")["failing"])
        page = visit(running)
        bar = page.locator("#forward")
        bar.filter(has_text="2 events in 1 request wait").wait_for()
        for words in (
            f"Forwarding to {target.url}: 0 events sent.",
            "The target takes nothing: it answered 404 Not Found. There is no collector at this",
            "1 event in 1 request were refused, and are kept aside.",
        ):
            assert words in bar.inner_text()
        screenshot(page, "forward")
        refuses = False
        bar.get_by_role("button", name="Send the refused ones again").click()
        bar.filter(has_text="3 events sent.").wait_for()
        assert "wait" not in bar.inner_text() and "aside" not in bar.inner_text()
        assert [len(one.events()) for one in target.taken] == [1, 2]  # In their order
        page.close()  # Before the collector ends, which it would complain about
    target.stop()
