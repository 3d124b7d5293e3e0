"""The forms for issues are what GitHub takes, and ask for `make report`."""

import pytest

from tools.engine import ROOT

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed: `make docs` installs it")
FOLDER = ROOT / ".github" / "ISSUE_TEMPLATE"
FORMS = sorted(path.name for path in FOLDER.glob("*.yml") if path.name != "config.yml")
# Source: https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-
# pull-requests/syntax-for-githubs-form-schema
KINDS = {"markdown", "textarea", "input", "dropdown", "checkboxes"}


@pytest.mark.parametrize("name", FORMS)
def test_form(name):
    form = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    assert set(form) == {"name", "description", "labels", "body"}
    assert form["name"] and form["description"] and isinstance(form["labels"], list)
    ids, labels = [], []
    for part in form["body"]:
        assert part["type"] in KINDS and set(part) <= {"type", "id", "attributes", "validations"}
        if part["type"] == "markdown":
            assert part["attributes"]["value"].strip()
            continue
        ids.append(part["id"])
        labels.append(part["attributes"]["label"])
        if part["type"] == "dropdown":
            options = part["attributes"]["options"]
            assert len(set(options)) == len(options) > 1
            assert all(isinstance(option, str) for option in options)
    assert len(set(ids)) == len(ids) and len(set(labels)) == len(labels)
    # GitHub refuses a form without a field to fill in, and one where none is required is empty.
    assert any(part.get("validations", {}).get("required") for part in form["body"])
    if name != "idea.yml":
        assert any("`make report`" in label for label in labels)


def test_there_is_one_for_bugs_sensors_boards_and_ideas():
    assert FORMS == ["board.yml", "bug.yml", "idea.yml", "sensor.yml"]
    assert yaml.safe_load((FOLDER / "config.yml").read_text())["blank_issues_enabled"] is True
