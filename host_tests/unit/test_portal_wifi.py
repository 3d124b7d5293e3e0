"""The password of the portal's Wi-Fi, which may be on a printed label."""

import builtins
import errno


def test_a_password_that_cannot_be_read_for_once_is_not_replaced(simulate, monkeypatch, tmp_path):
    simulate("esp32")
    from firmware.on_demand import portal_wifi

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(portal_wifi.access_point, "scan", list)
    kept = portal_wifi.password()
    assert kept == portal_wifi.password() == (tmp_path / "portal_password").read_text()

    def failing(path, mode="r"):
        if path == "portal_password" and mode == "r":
            raise OSError(errno.EIO, "read")
        return builtins.open(path, mode)

    monkeypatch.setattr(portal_wifi, "open", failing, raising=False)
    assert portal_wifi.password() != kept  # the portal opens nevertheless
    monkeypatch.undo()
    assert (tmp_path / "portal_password").read_text() == kept
