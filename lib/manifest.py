# Freezes the library into a firmware that you build: include("…/lib/manifest.py").
# mypy: ignore-errors
# ruff: noqa: F821
metadata(version="0.2.0", description="Snowplow tracker")
package("snowplow_tracker")
